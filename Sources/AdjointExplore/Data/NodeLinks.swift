import AdjointCore
import AdjointGraph

/// Which nodes of a graph became which after the passes.
///
/// What passes put in a node's place has its name, its place and its reason, and is the same node where nothing changed.
/// So a node after the passes goes back to the one that it is; else to the one of its name; else to those of its place
/// and reason, in a file that is the node of that line, or what one derivative rule wrote for one operand.
struct NodeLinks {
  /// For each node before the passes, those that it became, and for each one after them, those that it was made of.
  private(set) var forward: [[Int]]
  private(set) var backward: [[Int]]

  fileprivate struct Origin: Hashable {
    let location: SourceLocation?
    let provenance: Provenance?
  }

  /// More nodes of one place are not told apart: those of a loop in a program, say.
  private static let mostOfOneOrigin = 16

  init(_ source: Graph, _ compiled: Graph) {
    var byIdentity: [ObjectIdentifier: [Int]] = [:]
    var byName: [String: Int] = [:]
    var byOrigin: [Origin: [Int]] = [:]
    for (index, node) in source.nodes.enumerated() {
      byIdentity[node.identity, default: []].append(index)
      if let name = node.name { byName[name] = index }
      guard node.location != nil || node.provenance != nil else { continue }
      byOrigin[Origin(node), default: []].append(index)
    }
    forward = Array(repeating: [], count: source.nodes.count)
    backward = []
    backward.reserveCapacity(compiled.nodes.count)
    for (index, node) in compiled.nodes.enumerated() {
      var sources: [Int] = []
      if let same = byIdentity[node.identity], same.count == 1 {
        sources = same
      } else if let name = node.name, let named = byName[name] {
        sources = [named]
      } else if let near = byOrigin[Origin(node)], near.count <= Self.mostOfOneOrigin {
        sources = near
      }
      backward.append(sources)
      for source in sources { forward[source].append(index) }
    }
  }
}

extension NodeLinks.Origin {
  init(_ node: Node) { self.init(location: node.location, provenance: node.provenance) }
}
