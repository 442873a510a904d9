import AdjointCore
import AdjointGraph
import AdjointKernels

/// `z = x − y`.
package struct Subtract: BinaryOperator {
  package static let function = BinaryFunction.subtract
  package init() {}

  package var derivative: Derivative { .partials { _ in [.one, .minusOne] } }

  package static let rewrites: [Rewrite] = [
    .logSumExpDifference,
    Rewrite("x − 0 → x") { site in site.operands[1].isConstant(0) ? site.operands[0] : nil },
    Rewrite("x − (−y) → x + y") { site in
      guard site.operand(1, as: Negate.self) != nil else { return nil }
      return site.builder.apply(Add(), [site.operands[0], site.operands[1].operands[0]])
    },
    Rewrite("exp(x) − 1 → expm1(x)", .stableForm) { site in
      guard site.operands[1].isConstant(1), let x = site.operands[0].argument(of: Exp.self) else {
        return nil
      }
      return site.builder.apply(Expm1(), [x])
    },
    Rewrite("1 − exp(x) → −expm1(x)", .stableForm) { site in
      guard site.operands[0].isConstant(1), let x = site.operands[1].argument(of: Exp.self) else {
        return nil
      }
      return -site.builder.apply(Expm1(), [x])
    },
  ]
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
