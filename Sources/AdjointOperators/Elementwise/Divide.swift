import AdjointCore
import AdjointGraph
import AdjointKernels

/// `z = x / y`, with `∂z/∂x = 1/y` and `∂z/∂y = −z/y`.
package struct Divide: BinaryOperator {
  package static let function = BinaryFunction.divide
  package init() {}

  package var derivative: Derivative {
    .partials { site in
      let y = site.operands[1]
      return [
        site.wanted[0] ? .value(site.builder.apply(Reciprocal(), [y])) : .zero,
        site.wanted[1] ? .value(-(site.result / y)) : .zero,
      ]
    }
  }
}

extension Value {
  /// The quotient, element by element, of two values that broadcast to one shape.
  ///
  /// Whole numbers are truncated toward zero, and divided by 0 give 0. `∂z/∂x = 1/y`,
  /// `∂z/∂y = −x/y²`, both infinite where `y` is 0 and `x` is not; of `0/0` the latter is NaN, as `z` is.
  /// They are within 1 and 3 units in the last place, unless `x/y` is subnormal.
  ///
  /// Mistakes: `.shapeMismatch` where they do not broadcast, `.scalarTypeMismatch` where their scalar types
  /// differ or are `bool`.
  public static func / (left: Value, right: Value) -> Value {
    left.combined(with: right, by: Divide())
  }

  /// Every element divided by a number.
  public static func / (left: Value, right: Double) -> Value {
    left.combined(with: NumberLiteral(right), by: Divide())
  }

  /// Every element divided by a whole number.
  public static func / <Integer: BinaryInteger>(
    left: Value, right: Integer
  ) -> Value {
    left.combined(with: NumberLiteral(right), by: Divide())
  }

  /// A number divided by every element.
  public static func / (left: Double, right: Value) -> Value {
    right.combined(after: NumberLiteral(left), by: Divide())
  }

  /// A whole number divided by every element.
  public static func / <Integer: BinaryInteger>(
    left: Integer, right: Value
  ) -> Value {
    right.combined(after: NumberLiteral(left), by: Divide())
  }
}

// The page of the reference.
extension Divide {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .elementwise, "The quotient of two values.",
      formula: "z = x / y",
      operands: [OperatorPage.Part("x", "any shape"), OperatorPage.Part("y", "that of x")],
      result: "The shape and type of x.",
      reverse: ["x̄ = z̄ / y", "ȳ = −z̄ · z / y"],
      forward: "ż = ẋ / y − ẏ · z / y",
      conventions: ["Division of whole numbers truncates toward zero, and by 0 it gives 0."],
      example: OperatorPage.Example(
        [
          OperatorPage.Input("x", elements: [1, 2]), OperatorPage.Input("y", elements: [0.5, -2]),
        ], "x / y"
      ) { $1[0] / $1[1] })
  }
}

extension Divide {
  package func notation(for operands: [TensorType]) -> Notation? {
    Notation(
      .product, text: Notation.infix("/", "/", .product, isAssociative: false).text,
      latex: [
        .text("\\frac{"), .operand(0, atLeast: .comparison), .text("}{"),
        .operand(1, atLeast: .comparison),
        .text("}"),
      ])
  }
}
