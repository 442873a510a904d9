import AdjointCore
import AdjointGraph
import AdjointKernels

/// `z = (x > y)`, a truth value; false where one of the two is NaN.
package struct Greater: ComparisonOperator {
  package static let mnemonic = "greater"
  package static let comparison = Comparison.greater
  package init() {}
}

extension Value {
  /// True where the left element is greater than the right one.
  ///
  /// The two values broadcast to one shape. The result is false where one of the two is NaN, and carries no
  /// derivative.
  ///
  /// Mistakes: `.shapeMismatch` where they do not broadcast, `.scalarTypeMismatch` where their scalar types
  /// differ or are `bool`.
  public static func .> (left: Value, right: Value) -> Value {
    left.combined(with: right, by: Greater())
  }

  /// True where an element is greater than the number.
  public static func .> (left: Value, right: Double) -> Value {
    left.combined(with: NumberLiteral(right), by: Greater())
  }

  /// True where an element is greater than the whole number.
  public static func .> <Integer: BinaryInteger>(
    left: Value, right: Integer
  ) -> Value {
    left.combined(with: NumberLiteral(right), by: Greater())
  }

  /// True where the number is greater than an element.
  public static func .> (left: Double, right: Value) -> Value {
    right.combined(after: NumberLiteral(left), by: Greater())
  }

  /// True where the whole number is greater than an element.
  public static func .> <Integer: BinaryInteger>(
    left: Integer, right: Value
  ) -> Value {
    right.combined(after: NumberLiteral(left), by: Greater())
  }
}

// The page of the reference.
extension Greater {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .elementwise, "Whether x > y, element by element.",
      formula: "z = (x > y)",
      operands: [OperatorPage.Part("x", "any shape"), OperatorPage.Part("y", "that of x")],
      result: "The shape of x, of type bool.",
      conventions: ["False where one of the two is NaN."],
      example: OperatorPage.Example(
        [
          OperatorPage.Input("x", elements: [1, 2, 3]),
          OperatorPage.Input("y", elements: [2, 2, -1]),
        ], "x .> y"
      ) { $1[0] .> $1[1] })
  }
}

extension Greater {
  package func notation(for operands: [TensorType]) -> Notation? {
    .infix(">", ">", .comparison, isAssociative: false)
  }
}
