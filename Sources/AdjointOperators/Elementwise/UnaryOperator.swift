import AdjointCore
import AdjointGraph
import AdjointKernels

/// An operator that applies one scalar function to every element: `y[i] = f(x[i])`.
package protocol UnaryOperator: Operator {
  /// The scalar function.
  static var function: UnaryFunction { get }
  /// Refuses scalar types the function has no meaning for.
  static func check(_ type: TensorType) throws(Diagnostic)
  init()
}

extension UnaryOperator {
  package static var mnemonic: String { function.rawValue }

  /// Floating point only, unless an operator says otherwise.
  package static func check(_ type: TensorType) throws(Diagnostic) {
    try type.expectFloatingPoint()
  }

  package init(attributes: AttributeList) throws(Diagnostic) {
    try attributes.allowOnly()
    self.init()
  }

  package var attributes: AttributeList { AttributeList() }

  package var batching: Batching { .elementwise }

  package var passesNaN: Bool { true }

  package func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try operands.expect(count: 1)
    try Self.check(operands[0])
    return operands
  }

  package func lower(
    _ operands: [TensorType], to results: [TensorType]
  ) throws(Diagnostic) -> Lowering {
    .loop(
      try .elementwise(operands: operands, result: results[0]) { program, x in
        program.append(.unary(Self.function, x[0]), results[0].scalarType)
      })
  }
}
