import AdjointCore
import AdjointGraph
import AdjointKernels

/// `z = (x ≠ y)`, a truth value; true where one of the two is NaN.
package struct NotEqual: ComparisonOperator {
  package static let mnemonic = "not_equal"
  package static let comparison = Comparison.notEqual
  package init() {}

  package static func check(_ type: TensorType) throws(Diagnostic) {}
}

extension Value {
  /// True where the left element differs from the right one.
  ///
  /// The two values broadcast to one shape. The result is true where one of the two is NaN, and carries no
  /// derivative.
  ///
  /// Mistakes: `.shapeMismatch` where they do not broadcast, `.scalarTypeMismatch` where their scalar types
  /// differ.
  public static func .!= (left: Value, right: Value) -> Value {
    left.combined(with: right, by: NotEqual())
  }

  /// True where an element differs from the number.
  public static func .!= (left: Value, right: Double) -> Value {
    left.combined(with: NumberLiteral(right), by: NotEqual())
  }

  /// True where an element differs from the whole number.
  public static func .!= <Integer: BinaryInteger>(
    left: Value, right: Integer
  ) -> Value {
    left.combined(with: NumberLiteral(right), by: NotEqual())
  }

  /// True where the number differs from an element.
  public static func .!= (left: Double, right: Value) -> Value {
    right.combined(after: NumberLiteral(left), by: NotEqual())
  }

  /// True where the whole number differs from an element.
  public static func .!= <Integer: BinaryInteger>(
    left: Integer, right: Value
  ) -> Value {
    right.combined(after: NumberLiteral(left), by: NotEqual())
  }
}

// The page of the reference.
extension NotEqual {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .elementwise, "Whether x ≠ y, element by element.",
      formula: "z = (x ≠ y)",
      operands: [OperatorPage.Part("x", "any shape"), OperatorPage.Part("y", "that of x")],
      result: "The shape of x, of type bool.",
      conventions: ["True where one of the two is NaN."],
      example: OperatorPage.Example(
        [
          OperatorPage.Input("x", elements: [1, 2, 3]),
          OperatorPage.Input("y", elements: [2, 2, -1]),
        ], "x .!= y"
      ) { $1[0] .!= $1[1] })
  }
}

extension NotEqual {
  package func notation(for operands: [TensorType]) -> Notation? {
    .infix("≠", "\\ne", .comparison, isAssociative: false)
  }
}
