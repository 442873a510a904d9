import AdjointCore
import AdjointGraph

/// How values of a graph depend on up to 64 others at a time, a bit for each of them in one word a node.
///
/// One sweep over the nodes answers for 64 sources, or for 64 targets, what would otherwise take a sweep
/// for each.
struct DependenceSweep {
  /// The most sources, or targets, of a sweep.
  static let width = 64

  private let graph: Graph
  /// For each node, whether a change of its operands changes a result that carries a derivative.
  private let passes: [Bool]
  /// The nodes that read values and pass no derivative on.
  let blockers: [Int]

  init(_ graph: Graph) {
    self.graph = graph
    var passes = Array(repeating: false, count: graph.nodes.count)
    var blockers: [Int] = []
    for (index, node) in graph.nodes.enumerated() {
      guard let operation = node.operation else { continue }
      switch operation.derivative {
      case .zero, .stopped: blockers.append(index)
      case .partials, .linear, .movement, .multilinear, .rules:
        passes[index] = node.resultTypes.contains { $0.scalarType.isDifferentiable }
      }
    }
    self.passes = passes
    self.blockers = blockers
  }

  /// What is known of the nodes for some sources.
  struct Forward {
    /// For each node, the sources that it depends on differentiably.
    var varied: [UInt64]
    /// For each node, the sources that it depends on in any way.
    var reached: [UInt64]
    /// For each blocker, the sources of which it reads something varied.
    var ended: [UInt64]
  }

  /// The sweep from the sources on; bit k stands for source k.
  func forward(from sources: ArraySlice<ValueID>) -> Forward {
    var varied = Array(repeating: UInt64(0), count: graph.nodes.count)
    var reached = varied
    for (bit, source) in sources.enumerated() {
      reached[source.node] |= 1 << UInt64(bit)
      if graph.type(of: source).scalarType.isDifferentiable {
        varied[source.node] |= 1 << UInt64(bit)
      }
    }
    var ended: [UInt64] = []
    ended.reserveCapacity(blockers.count)
    for (index, node) in graph.nodes.enumerated() where node.operatorType != nil {
      var (read, depended) = (UInt64(0), UInt64(0))
      for operand in node.operands {
        read |= varied[operand.node]
        depended |= reached[operand.node]
      }
      // A source counts as one, whatever it is computed from.
      if passes[index] {
        varied[index] |= read
      } else if ended.count < blockers.count, blockers[ended.count] == index {
        ended.append(read & ~varied[index])
      }
      reached[index] |= depended
    }
    return Forward(varied: varied, reached: reached, ended: ended)
  }

  /// For each node, the targets that depend on it; bit k stands for target k.
  func backward(from targets: ArraySlice<ValueID>) -> [UInt64] {
    var wanted = Array(repeating: UInt64(0), count: graph.nodes.count)
    for (bit, target) in targets.enumerated() { wanted[target.node] |= 1 << UInt64(bit) }
    for index in graph.nodes.indices.reversed() where wanted[index] != 0 {
      for operand in graph.nodes[index].operands { wanted[operand.node] |= wanted[index] }
    }
    return wanted
  }
}

extension UInt64 {
  /// The places of the bits that are set, lowest first.
  var bits: some Sequence<Int> {
    sequence(state: self) { rest -> Int? in
      guard rest != 0 else { return nil }
      defer { rest &= rest - 1 }
      return rest.trailingZeroBitCount
    }
  }
}
