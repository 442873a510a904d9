/// The names of nodes in print: a node's own, or its number among the unnamed ones.
package struct NodeLabels: Sendable {
  /// For each node, how many unnamed nodes come before it.
  private let unnamedBefore: [UInt32]
  private let nodes: [Node]

  /// The names that nodes have as they are now.
  package init(_ nodes: [Node]) {
    self.nodes = nodes
    var unnamed: UInt32 = 0
    unnamedBefore = nodes.indices.map { index in
      defer { unnamed += nodes[index].name == nil ? 1 : 0 }
      return unnamed
    }
  }

  package subscript(index: Int) -> String { nodes[index].name ?? String(unnamedBefore[index]) }

  /// Appends a name, without making a text of it.
  func append(_ index: Int, to buffer: inout TextBuffer) {
    if let name = nodes[index].name {
      buffer.append(name)
    } else {
      buffer.append(Int(unnamedBefore[index]))
    }
  }
}
