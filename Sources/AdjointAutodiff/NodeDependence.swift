import AdjointCore
import AdjointGraph

/// How the results of a node depend on what it reads.
enum NodeDependence {
  /// An input or a parameter reads nothing.
  case source
  /// Derivatives end here.
  case ends
  /// Every result that can carry a derivative depends differentiably on every operand.
  case passes
  /// As it is listed, for each result and each operand.
  case listed([[OperandDependence]])

  init(_ node: Node) {
    guard let operation = node.operation else {
      self = .source
      return
    }
    if let listed = operation.dependences {
      self = .listed(listed)
      return
    }
    switch operation.derivative {
    case .zero, .stopped: self = .ends
    case .partials, .linear, .movement, .multilinear, .rules: self = .passes
    }
  }
}

extension NodeDependence {
  /// Whether some derivative ends here.
  var blocks: Bool {
    switch self {
    case .source, .passes: false
    case .ends: true
    case .listed(let listed): listed.contains { $0.contains(.blocked) }
    }
  }

  /// How a result depends on an operand.
  func from(_ operand: Int, to result: Int) -> OperandDependence {
    switch self {
    case .source: .none
    case .ends: .blocked
    case .passes: .differentiable
    case .listed(let listed): listed[result][operand]
    }
  }

  /// Whether a result depends differentiably on an operand for which something holds; one such operand is known
  /// to be there.
  func passes(
    to result: Int, fromAny operands: OperandList, where holds: (ValueID) -> Bool
  ) -> Bool {
    switch self {
    case .source, .ends: false
    case .passes: true
    case .listed(let listed):
      zip(operands, listed[result]).contains { $1 == .differentiable && holds($0) }
    }
  }

  /// Whether a result for which something holds depends differentiably on an operand; one such result is known to
  /// be there.
  func passes(from operand: Int, toAny holds: (_ result: Int) -> Bool) -> Bool {
    switch self {
    case .source, .ends: false
    case .passes: true
    case .listed(let listed):
      listed.indices.contains { listed[$0][operand] == .differentiable && holds($0) }
    }
  }
}

/// Numbers for the values of a graph, in order of nodes and results.
///
/// Most graphs have nodes of one result only, and the number is that of the node.
struct ValueNumbering {
  /// The number of each node's first result and the number of values behind them; empty where all nodes have one
  /// result.
  private var starts: [Int] = []
  let count: Int

  init(_ nodes: [Node]) {
    guard nodes.contains(where: { $0.resultTypes.count != 1 }) else {
      count = nodes.count
      return
    }
    starts.reserveCapacity(nodes.count)
    var next = 0
    for node in nodes {
      starts.append(next)
      next += node.resultTypes.count
    }
    count = next
  }

  subscript(value: ValueID) -> Int {
    starts.isEmpty ? value.node : starts[value.node] + value.result
  }
}
