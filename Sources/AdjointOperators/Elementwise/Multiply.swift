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

  package static let rewrites: [Rewrite] = [
    .softmaxOfProduct,
    .sigmoidOfProduct,
    Rewrite("x · 1 → x") { site in
      if site.operands[1].isConstant(1) { return site.operands[0] }
      if site.operands[0].isConstant(1) { return site.operands[1] }
      return nil
    },
    Rewrite("x · (−1) → −x") { site in
      if site.operands[1].isConstant(-1) {
        return site.builder.apply(Negate(), [site.operands[0]])
      }
      if site.operands[0].isConstant(-1) {
        return site.builder.apply(Negate(), [site.operands[1]])
      }
      return nil
    },
    Rewrite("(−x) · (−y) → x · y") { site in
      guard let x = site.operands[0].argument(of: Negate.self),
        let y = site.operands[1].argument(of: Negate.self)
      else { return nil }
      return site.builder.apply(Multiply(), [x, y])
    },
    // Where 1/y overflows or is subnormal, the quotient is the better number.
    Rewrite("x · (1/y) → x / y", changing: .range) { site in
      if let y = site.operands[1].argument(of: Reciprocal.self) {
        return site.builder.apply(Divide(), [site.operands[0], y])
      }
      if let y = site.operands[0].argument(of: Reciprocal.self) {
        return site.builder.apply(Divide(), [site.operands[1], y])
      }
      return nil
    },
    Rewrite("c · (−x) → (−c) · x") { site in
      guard let (number, other) = site.operands.constantFactor,
        let x = other.argument(of: Negate.self)
      else {
        return nil
      }
      return site.builder.apply(Multiply(), [x, site.builder.full(-number, site.resultType)])
    },
    // `ScalarType.factor` says for which c and d.
    Rewrite(
      "c · (d · x) → (c · d) · x, where one of them is a power of 2", changing: .rounding
    ) { site in
      guard let (outer, other) = site.operands.constantFactor,
        other.definition(as: Multiply.self) != nil,
        let (inner, x) = other.operands.constantFactor,
        let factor = site.resultType.scalarType.factor(combining: outer, after: inner)
      else { return nil }
      return site.builder.apply(Multiply(), [x, site.builder.full(factor, site.resultType)])
    },
  ]
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
