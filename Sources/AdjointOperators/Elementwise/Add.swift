import AdjointCore
import AdjointGraph
import AdjointKernels

/// `z = x + y`.
package struct Add: BinaryOperator {
  package static let function = BinaryFunction.add
  package init() {}

  package var derivative: Derivative { .partials { _ in [.one, .one] } }

  package static let rewrites: [Rewrite] = [
    .logSumExpOfShifted,
    .logSumExpSum,
    .doubledProduct,
    Rewrite("x + 0 → x") { site in
      if site.operands[1].isConstant(0) { return site.operands[0] }
      if site.operands[0].isConstant(0) { return site.operands[1] }
      return nil
    },
    Rewrite("x + (−y) → x − y") { site in
      if site.operand(1, as: Negate.self) != nil {
        return site.builder.apply(Subtract(), [site.operands[0], site.operands[1].operands[0]])
      }
      if site.operand(0, as: Negate.self) != nil {
        return site.builder.apply(Subtract(), [site.operands[1], site.operands[0].operands[0]])
      }
      return nil
    },
  ]
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
