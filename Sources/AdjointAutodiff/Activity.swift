import AdjointCore
import AdjointGraph

/// Which values lie on a differentiable path from the values differentiated with respect to, to the
/// values differentiated.
package struct Activity {
  private let numbering: ValueNumbering
  /// For each value, whether it is varied, which is that a change of the sources changes it, and the targets
  /// depend on it.
  private var active: [Bool]
  /// For each node, whether a result of it is active.
  package private(set) var activeNodes: [Bool]

  /// Two sweeps over the nodes, one each way.
  package init(of targets: [ValueID], withRespectTo sources: [ValueID], in nodes: [Node]) {
    numbering = ValueNumbering(nodes)
    activeNodes = Array(repeating: false, count: nodes.count)
    active = Array(repeating: false, count: numbering.count)
    let useful = Self.ancestors(of: targets, in: nodes)
    var varied = active
    for source in sources
    where nodes[source.node].resultTypes[source.result].scalarType.isDifferentiable {
      varied[numbering[source]] = true
    }
    for (index, node) in nodes.enumerated() where useful[index] {
      guard node.operands.contains(where: { varied[numbering[$0]] }) else { continue }
      let dependence = NodeDependence(node)
      for result in node.resultTypes.indices
      where node.resultTypes[result].scalarType.isDifferentiable {
        if dependence.passes(to: result, fromAny: node.operands, where: { varied[numbering[$0]] }) {
          varied[numbering[ValueID(node: index, result: result)]] = true
        }
      }
    }
    // Active: varied, and reached from a target through varied values only.
    for target in targets where varied[numbering[target]] { setActive(target) }
    for index in nodes.indices.reversed() where activeNodes[index] {
      let node = nodes[index]
      let dependence = NodeDependence(node)
      for (place, operand) in node.operands.enumerated() where varied[numbering[operand]] {
        let isReached = dependence.passes(from: place) {
          active[numbering[ValueID(node: index, result: $0)]]
        }
        if isReached { setActive(operand) }
      }
    }
  }

  /// Whether a value is on a path.
  package func isActive(_ value: ValueID) -> Bool { active[numbering[value]] }

  private mutating func setActive(_ value: ValueID) {
    active[numbering[value]] = true
    activeNodes[value.node] = true
  }

  private static func ancestors(of targets: [ValueID], in nodes: [Node]) -> [Bool] {
    var useful = Array(repeating: false, count: nodes.count)
    for target in targets { useful[target.node] = true }
    for index in nodes.indices.reversed() where useful[index] {
      for operand in nodes[index].operands { useful[operand.node] = true }
    }
    return useful
  }
}
