import AdjointCore
import AdjointGraph
import AdjointKernels

/// `z = x · y`, element by element.
package struct Multiply: BinaryOperator {
  package static let function = BinaryFunction.multiply
  package init() {}

  package var derivative: Derivative {
    .partials { site in [.value(site.operands[1]), .value(site.operands[0])] }
  }
}

extension Value {
  /// The product, element by element, of two values that broadcast to one shape; for the product of
  /// matrices see `matmul`.
  ///
  /// Mistakes: `.shapeMismatch` where they do not broadcast, `.scalarTypeMismatch` where their scalar types
  /// differ.
  public static func * (left: Value, right: Value) -> Value {
    left.combined(with: right, by: Multiply())
  }

  /// Every element times a number.
  public static func * (left: Value, right: Double) -> Value {
    left.combined(with: NumberLiteral(right), by: Multiply())
  }

  /// Every element times a whole number.
  public static func * <Integer: BinaryInteger>(
    left: Value, right: Integer
  ) -> Value {
    left.combined(with: NumberLiteral(right), by: Multiply())
  }

  /// A number times every element.
  public static func * (left: Double, right: Value) -> Value {
    right.combined(after: NumberLiteral(left), by: Multiply())
  }

  /// A whole number times every element.
  public static func * <Integer: BinaryInteger>(
    left: Integer, right: Value
  ) -> Value {
    right.combined(after: NumberLiteral(left), by: Multiply())
  }
}

// The page of the reference.
extension Multiply {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .elementwise, "The product of two values, element by element.",
      formula: "z = x · y",
      operands: [OperatorPage.Part("x", "any shape"), OperatorPage.Part("y", "that of x")],
      result: "The shape and type of x.",
      reverse: ["x̄ = z̄ · y", "ȳ = z̄ · x"],
      forward: "ż = ẋ · y + x · ẏ",
      conventions: ["Arithmetic of whole numbers wraps around."],
      example: OperatorPage.Example(
        [
          OperatorPage.Input("x", elements: [1, 2]), OperatorPage.Input("y", elements: [0.5, -2]),
        ], "x * y"
      ) { $1[0] * $1[1] })
  }
}

extension Multiply {
  package func notation(for operands: [TensorType]) -> Notation? {
    .infix("·", "\\cdot", .product)
  }
}
