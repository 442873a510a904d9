import AdjointCore
import AdjointGraph
import AdjointKernels

/// An operator that compares two equally shaped operands: `z[i] = (x[i] ⋚ y[i])`, a truth value.
package protocol ComparisonOperator: Operator {
  /// The comparison.
  static var comparison: Comparison { get }
  /// Refuses scalar types the comparison has no meaning for.
  static func check(_ type: TensorType) throws(Diagnostic)
  init()
}

extension ComparisonOperator {
  /// Numbers only, unless an operator says otherwise: truth values have no order.
  package static func check(_ type: TensorType) throws(Diagnostic) { try type.expectNumeric() }

  package init(attributes: AttributeList) throws(Diagnostic) {
    try attributes.allowOnly()
    self.init()
  }

  package var attributes: AttributeList { AttributeList() }

  package var batching: Batching { .elementwise }

  package var derivative: Derivative { .zero }

  package func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try operands.expect(count: 2)
    let type = try operands.expectEqual()
    try Self.check(type)
    return [TensorType(.bool, type.shape)]
  }

  package func lower(
    _ operands: [TensorType], to results: [TensorType]
  ) throws(Diagnostic) -> Lowering {
    .loop(
      try .elementwise(operands: operands, result: results[0]) { program, x in
        program.append(.compare(Self.comparison, x[0], x[1]), .bool)
      })
  }
}
