/// Rewrites by their roots: what a builder tries on each node before it adds it.
package final class RewriteTable: Sendable {
  /// The rewrites, in the order in which they are tried.
  package let rewrites: [Rewrite]
  private let byRoot: [ObjectIdentifier: [Rewrite]]

  package init(_ rewrites: [Rewrite]) {
    self.rewrites = rewrites
    var byRoot: [ObjectIdentifier: [Rewrite]] = [:]
    for rewrite in rewrites {
      guard let root = rewrite.root else { continue }
      byRoot[ObjectIdentifier(root), default: []].append(rewrite)
    }
    self.byRoot = byRoot
  }

  /// Those of an operator, in the order in which they are tried.
  package subscript(root: any Operator.Type) -> [Rewrite] { byRoot[ObjectIdentifier(root)] ?? [] }

  /// Those of a node's operator; nil where there is none.
  func rewrites(of operatorType: ObjectIdentifier?) -> [Rewrite]? {
    operatorType.flatMap { byRoot[$0] }
  }

  /// Whether a node is of an operator that any rewrite has for its root.
  package func hasAny(for node: Node) -> Bool { rewrites(of: node.operatorType) != nil }

  /// Whether any node is of an operator that some rewrite has for its root.
  package func hasAny(in graph: Graph) -> Bool { graph.nodes.contains { hasAny(for: $0) } }
}
