import AdjointCore
import AdjointGraph
import AdjointKernels

/// `y = −x`.
package struct Negate: UnaryOperator {
  package static let function = UnaryFunction.negate
  package init() {}

  package static func check(_ type: TensorType) throws(Diagnostic) { try type.expectNumeric() }

  package var derivative: Derivative { .partials { _ in [.minusOne] } }
}

extension Value {
  /// The negative of every element.
  ///
  /// Mistakes: `.scalarTypeMismatch` for truth values.
  public static prefix func - (x: Value) -> Value {
    x.builder.apply(Negate(), [x])
  }
}

// The page of the reference.
extension Negate {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .elementwise, "The negative of every element.",
      formula: "y = −x",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The shape and type of x.",
      reverse: ["x̄ = −ȳ"],
      forward: "ẏ = −ẋ",
      conventions: ["Arithmetic of whole numbers wraps around."],
      example: OperatorPage.Example([OperatorPage.Input("x", elements: [1, -2, 0.5])], "-x") {
        -$1[0]
      })
  }
}

extension Negate {
  package func notation(for operands: [TensorType]) -> Notation? {
    Notation(
      .prefix, text: [.text("−"), .operand(0, atLeast: .prefix)],
      latex: [.text("-"), .operand(0, atLeast: .prefix)])
  }
}
