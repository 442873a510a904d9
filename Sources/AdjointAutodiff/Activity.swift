import AdjointCore
import AdjointGraph

/// Which nodes lie on a differentiable path from the values differentiated with respect to, to the
/// values differentiated.
package struct Activity {
  /// For each node, whether a change of the sources changes it.
  private(set) var varied: [Bool]
  /// For each node, whether it is varied and the targets depend on it.
  package private(set) var active: [Bool]
  /// The nodes on a path to the targets that read something varied and pass no derivative on, so that
  /// the path ends there.
  private(set) var blocking: [Int] = []

  /// Two sweeps over the nodes, one each way.
  package init(of targets: [ValueID], withRespectTo sources: [ValueID], in nodes: [Node]) {
    varied = Array(repeating: false, count: nodes.count)
    active = varied
    var useful = Array(repeating: false, count: nodes.count)
    for target in targets { useful[target.node] = true }
    for index in nodes.indices.reversed() where useful[index] {
      for operand in nodes[index].operands { useful[operand.node] = true }
    }
    for source in sources where Self.carriesDerivative(nodes[source.node], source.result) {
      varied[source.node] = true
    }
    for (index, node) in nodes.enumerated() where useful[index] && !varied[index] {
      guard let operation = node.operation else { continue }
      guard node.operands.contains(where: { varied[$0.node] }) else { continue }
      switch operation.derivative {
      case .zero, .stopped: blocking.append(index)
      case .partials, .linear, .movement, .multilinear, .rules:
        varied[index] = node.resultTypes.contains { $0.scalarType.isDifferentiable }
      }
    }
    // Active: varied, and reached from a target through varied nodes only.
    for target in targets where varied[target.node] { active[target.node] = true }
    for index in nodes.indices.reversed() where active[index] {
      for operand in nodes[index].operands where varied[operand.node] {
        active[operand.node] = true
      }
    }
  }

  private static func carriesDerivative(_ node: Node, _ result: Int) -> Bool {
    node.resultTypes[result].scalarType.isDifferentiable
  }
}
