import AdjointCore
import AdjointGraph
import AdjointKernels

extension Graph {
  /// How many points the interpreter goes through to evaluate the graph, roughly.
  ///
  /// - Throws: what lowering an operator throws.
  func interpretedPointCount() throws(Diagnostic) -> Double {
    var count = 0.0
    for node in nodes {
      guard let operation = node.operation else { continue }
      var operandTypes: [TensorType] = []
      for operand in node.operands { operandTypes.append(type(of: operand)) }
      switch try operation.lower(operandTypes, to: node.resultTypes) {
      case .view, .constant: break
      case .kernels(let kernels): count += kernels.reduce(0) { $0 + $1.pointCount }
      case .graph(let definition): count += try definition.interpretedPointCount()
      }
    }
    return count
  }
}

extension Kernel {
  fileprivate var pointCount: Double {
    func product(_ extents: some Sequence<Int>) -> Double { extents.reduce(1) { $0 * Double($1) } }
    switch self {
    case .loopNest(let nest): return product(nest.extents)
    case .group(let group): return group.stages.reduce(0) { $0 + product($1.nest.extents) }
    case .contraction(let contraction):
      return product([
        contraction.batch, contraction.rows, contraction.columns, contraction.inner,
      ])
    case .gather(let copy), .scatterAdd(let copy):
      return product([copy.outer, copy.count, copy.inner])
    }
  }
}
