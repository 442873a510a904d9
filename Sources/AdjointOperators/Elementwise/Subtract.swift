import AdjointCore
import AdjointGraph
import AdjointKernels

/// `z = x − y`.
package struct Subtract: BinaryOperator {
  package static let function = BinaryFunction.subtract
  package init() {}

  package var derivative: Derivative { .partials { _ in [.one, .minusOne] } }
}

extension Value {
  /// The difference, element by element, of two values that broadcast to one shape.
  ///
  /// Mistakes: `.shapeMismatch` where they do not broadcast, `.scalarTypeMismatch` where their scalar types
  /// differ.
  public static func - (left: Value, right: Value) -> Value {
    left.combined(with: right, by: Subtract())
  }

  /// Every element less a number.
  public static func - (left: Value, right: Double) -> Value {
    left.combined(with: NumberLiteral(right), by: Subtract())
  }

  /// Every element less a whole number.
  public static func - <Integer: BinaryInteger>(
    left: Value, right: Integer
  ) -> Value {
    left.combined(with: NumberLiteral(right), by: Subtract())
  }

  /// A number less every element.
  public static func - (left: Double, right: Value) -> Value {
    right.combined(after: NumberLiteral(left), by: Subtract())
  }

  /// A whole number less every element.
  public static func - <Integer: BinaryInteger>(
    left: Integer, right: Value
  ) -> Value {
    right.combined(after: NumberLiteral(left), by: Subtract())
  }
}

// The page of the reference.
extension Subtract {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .elementwise, "The difference of two values.",
      formula: "z = x − y",
      operands: [OperatorPage.Part("x", "any shape"), OperatorPage.Part("y", "that of x")],
      result: "The shape and type of x.",
      reverse: ["x̄ = z̄", "ȳ = −z̄"],
      forward: "ż = ẋ − ẏ",
      conventions: ["Arithmetic of whole numbers wraps around."],
      example: OperatorPage.Example(
        [
          OperatorPage.Input("x", elements: [1, 2]), OperatorPage.Input("y", elements: [0.5, -2]),
        ], "x - y"
      ) { $1[0] - $1[1] })
  }
}

extension Subtract {
  package func notation(for operands: [TensorType]) -> Notation? {
    .infix("−", "-", .sum, isAssociative: false)
  }
}
