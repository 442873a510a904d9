import AdjointCore
import AdjointGraph
import AdjointKernels

/// `y = ¬x` of truth values.
package struct LogicalNot: UnaryOperator {
  package static let function = UnaryFunction.not
  package init() {}

  package static func check(_ type: TensorType) throws(Diagnostic) { try type.expectTruthValues() }

  package var derivative: Derivative { .zero }
}

extension Value {
  /// True where the operand is false.
  ///
  /// Mistakes: `.scalarTypeMismatch` unless the operand is `bool`.
  public static prefix func .! (x: Value) -> Value {
    x.builder.apply(LogicalNot(), [x])
  }
}

// The page of the reference.
extension LogicalNot {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .elementwise, "The negation of truth values.",
      formula: "y = ¬x",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The shape and type of x.",
      example: OperatorPage.Example([OperatorPage.Input("x", .bool, elements: [1, 0])], ".!x") {
        .!$1[0]
      })
  }
}
