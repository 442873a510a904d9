import AdjointCore
import AdjointGraph
import AdjointKernels

/// `z = x + y`.
package struct Add: BinaryOperator {
  package static let function = BinaryFunction.add
  package init() {}

  package var derivative: Derivative { .partials { _ in [.one, .one] } }
}

extension Value {
  /// The sum, element by element, of two values that broadcast to one shape.
  ///
  /// Mistakes: `.shapeMismatch` where they do not broadcast, `.scalarTypeMismatch` where their scalar types
  /// differ.
  public static func + (left: Value, right: Value) -> Value {
    left.combined(with: right, by: Add())
  }

  /// The sum of every element and a number.
  public static func + (left: Value, right: Double) -> Value {
    left.combined(with: NumberLiteral(right), by: Add())
  }

  /// The sum of every element and a whole number.
  public static func + <Integer: BinaryInteger>(
    left: Value, right: Integer
  ) -> Value {
    left.combined(with: NumberLiteral(right), by: Add())
  }

  /// The sum of a number and every element.
  public static func + (left: Double, right: Value) -> Value {
    right.combined(after: NumberLiteral(left), by: Add())
  }

  /// The sum of a whole number and every element.
  public static func + <Integer: BinaryInteger>(
    left: Integer, right: Value
  ) -> Value {
    right.combined(after: NumberLiteral(left), by: Add())
  }
}

// The page of the reference.
extension Add {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .elementwise, "The sum of two values.",
      formula: "z = x + y",
      operands: [OperatorPage.Part("x", "any shape"), OperatorPage.Part("y", "that of x")],
      result: "The shape and type of x.",
      reverse: ["x̄ = z̄", "ȳ = z̄"],
      forward: "ż = ẋ + ẏ",
      conventions: ["Arithmetic of whole numbers wraps around."],
      example: OperatorPage.Example(
        [
          OperatorPage.Input("x", elements: [1, 2]), OperatorPage.Input("y", elements: [0.5, -2]),
        ], "x + y"
      ) { $1[0] + $1[1] })
  }
}

extension Add {
  package func notation(for operands: [TensorType]) -> Notation? {
    .infix("+", "+", .sum)
  }
}
