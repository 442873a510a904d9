import AdjointCore
import AdjointKernels

/// What an operator becomes when its operands' types are known.
package enum Lowering: Sendable {
  /// The result has the operand's elements in the operand's order: no work, no memory.
  case view
  /// The result is known already.
  case constant(Tensor)
  /// Kernels that run in order over the operator's own operands and results, each writing a part of
  /// the results; together they write every element.
  case kernels([Kernel])
  /// A graph of other operators: its inputs are the operands, its outputs the results, in order.
  case graph(Graph)

  /// One loop nest.
  package static func loop(_ nest: LoopNest) -> Lowering { .kernels([.loopNest(nest)]) }

  /// The graph that a function of the operands builds.
  package static func graph(
    of operands: [TensorType], _ definition: ([Value]) throws(Diagnostic) -> [Value]
  ) throws(Diagnostic) -> Lowering {
    let builder = GraphBuilder("definition")
    var inputs: [Value] = []
    for (number, type) in operands.enumerated() {
      inputs.append(builder.input("operand\(number)", type.scalarType, type.shape))
    }
    for (number, result) in try definition(inputs).enumerated() {
      builder.output("result\(number)", result)
    }
    return .graph(try builder.build())
  }
}
