/// The values of the new graph that stand for those of the old one.
struct Replacements {
  /// The results of all nodes, one after the other, and where each node's begin.
  private var values: [ValueID] = []
  private var starts: [Int] = []

  init(capacity: Int) {
    values.reserveCapacity(capacity)
    starts.reserveCapacity(capacity)
  }

  /// Begins the results of the next node.
  mutating func beginNode() { starts.append(values.count) }

  /// Adds the next result of the current node.
  mutating func append(_ value: ValueID) { values.append(value) }

  /// Adds all results of the current node.
  mutating func append(_ transferred: GraphBuilder.Transferred, resultCount: Int) {
    switch transferred {
    case .node(let node):
      for result in 0..<resultCount { append(ValueID(node: node, result: result)) }
    case .values(let values):
      for value in values { append(value.id) }
    }
  }

  subscript(value: ValueID) -> ValueID { values[starts[value.node] + value.result] }

  func renumber(_ operands: inout OperandList) {
    operands.replaceEach { self[$0] }
  }
}
