import AdjointGraph

/// The names of nodes in print, as they are before a derivative is written behind them: a node's own,
/// or its number among the unnamed ones.
struct NodeLabels {
  private let names: [String?]
  private let numbers: [Int]

  init(_ nodes: [Node]) {
    names = nodes.map(\.name)
    var unnamed = 0
    numbers = nodes.map { node in
      defer { if node.name == nil { unnamed += 1 } }
      return unnamed
    }
  }

  subscript(index: Int) -> String { names[index] ?? String(numbers[index]) }
}
