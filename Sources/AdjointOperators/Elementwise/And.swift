import AdjointCore
import AdjointGraph
import AdjointKernels

/// `z = x ∧ y` of truth values.
package struct And: BinaryOperator {
  package static let function = BinaryFunction.and
  package init() {}

  package static func check(_ type: TensorType) throws(Diagnostic) { try type.expectTruthValues() }

  package var derivative: Derivative { .zero }
}

extension Value {
  /// True where both are true, of two values that broadcast to one shape.
  ///
  /// Mistakes: `.shapeMismatch` where they do not broadcast, `.scalarTypeMismatch` unless both are `bool`.
  public static func .& (left: Value, right: Value) -> Value {
    left.combined(with: right, by: And())
  }
}

// The page of the reference.
extension And {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .elementwise, "The conjunction of truth values.",
      formula: "z = x ∧ y",
      operands: [OperatorPage.Part("x", "any shape"), OperatorPage.Part("y", "that of x")],
      result: "The shape and type of x.",
      example: OperatorPage.Example(
        [
          OperatorPage.Input("x", .bool, elements: [1, 1, 0]),
          OperatorPage.Input("y", .bool, elements: [1, 0, 0]),
        ], "x .& y"
      ) { $1[0] .& $1[1] })
  }
}
