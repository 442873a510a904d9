import AdjointCore
import AdjointGraph
import AdjointKernels

/// The nearest whole number, halves to even; the derivative is taken as 0 everywhere.
package struct Round: UnaryOperator {
  package static let function = UnaryFunction.round
  package init() {}

  package var derivative: Derivative { .zero }
}

/// The whole number nearest to each element, halves to even: 0.5 to 0, 1.5 to 2.
///
/// The result has the operand's shape and type; the derivative is 0 everywhere.
///
/// Mistakes: `.scalarTypeMismatch` unless the operand is `f32` or `f64`.
public func round(
  _ x: Value, file: String = #fileID, line: Int = #line
) -> Value {
  x.builder.apply(Round(), [x], at: SourceLocation(file: file, line: line))
}

extension Value {
  /// The whole number nearest to each element, halves to even: 0.5 to 0, 1.5 to 2.
  ///
  /// The method form of `round(_:)`.
  public func round(file: String = #fileID, line: Int = #line) -> Value {
    AdjointOperators.round(self, file: file, line: line)
  }
}

// The page of the reference.
extension Round {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .elementwise,
      "The nearest whole number to each element; of two equally near ones, the even "
        + "one.",
      formula: "y = round(x)",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The shape and type of x.",
      conventions: ["The derivative is taken as 0 everywhere, at the jumps too."],
      example: OperatorPage.Example(
        [OperatorPage.Input("x", elements: [-1.5, 0.5, 2.5])], "round(x)"
      ) { round($1[0]) })
  }
}
