import AdjointCore
import AdjointGraph
import AdjointKernels

/// An operator that applies one scalar function to two equally shaped operands:
/// `z[i] = f(x[i], y[i])`.
package protocol BinaryOperator: Operator {
  /// The scalar function.
  static var function: BinaryFunction { get }
  /// Refuses scalar types the function has no meaning for.
  static func check(_ type: TensorType) throws(Diagnostic)
  init()
}

extension BinaryOperator {
  package static var mnemonic: String { function.rawValue }

  /// Numbers only, unless an operator says otherwise.
  package static func check(_ type: TensorType) throws(Diagnostic) { try type.expectNumeric() }

  package init(attributes: AttributeList) throws(Diagnostic) {
    try attributes.allowOnly()
    self.init()
  }

  package var attributes: AttributeList { AttributeList() }

  package var batching: Batching { .elementwise }

  package var passesNaN: Bool { true }

  package func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try operands.expect(count: 2)
    let type = try operands.expectEqual()
    try Self.check(type)
    return [type]
  }

  package func lower(
    _ operands: [TensorType], to results: [TensorType]
  ) throws(Diagnostic) -> Lowering {
    .loop(
      try .elementwise(operands: operands, result: results[0]) { program, x in
        program.append(.binary(Self.function, x[0], x[1]), results[0].scalarType)
      })
  }
}
