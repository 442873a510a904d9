import AdjointCore
import AdjointGraph
import AdjointKernels

/// `z = xʸ`, with `∂z/∂x = y·x^(y−1)` and `∂z/∂y = z·log(x)`.
///
/// Both partials are finite wherever the function has a derivative along the operand, for finite `y`:
/// - `∂z/∂x` is 0 where both are 0, where `0·0⁻¹` would be NaN; below 0 it is right for whole exponents,
///   and at ±∞ it is the limit.
/// - `∂z/∂y` is taken as 0 where `x` is 0 or less: at 0 that is the limit for positive `y`, and below
///   0 the function exists for whole exponents only and has no derivative along `y`. It is 0 where `z`
///   is, so also where `x` is infinite and `y` negative. With a NaN it is NaN.
///
/// Where a partial is taken as 0, so are those of the partial, and a cotangent or tangent that is infinite
/// or NaN does not matter.
package struct Power: BinaryOperator {
  package static let function = BinaryFunction.power
  package init() {}

  /// x⁰ is 1 and 1ʸ is 1, whatever the other is.
  package var passesNaN: Bool { false }

  package var derivative: Derivative {
    .partials { site in
      [
        site.wanted[0] ? basePartial(site.operands[0], site.operands[1]) : .zero,
        site.wanted[1] ? exponentPartial(site.operands[0], site.result) : .zero,
      ]
    }
  }

  /// y·x^(y−1), of the exponent itself also where that is a number: the partial has a derivative along it.
  private func basePartial(_ x: Value, _ y: Value) -> Derivative.Partial {
    let slope = Derivative.Partial.value(y * x.builder.apply(Self(), [x, y - 1]))
    if let exponent = y.differenceOfNumbers, exponent != 0 { return slope }
    return .choice((x .== 0) .& (y .== 0), .zero, slope)
  }

  /// z·log(x), from x and z.
  private func exponentPartial(_ x: Value, _ z: Value) -> Derivative.Partial {
    let partial = Derivative.Partial.value(z * x.builder.apply(Log(), [x]))
    if let base = x.constantNumber, base > 0, base.isFinite { return partial }
    // Not x > 0 the other way round, which would turn the derivative at a NaN into 0.
    return .choice((x .<= 0) .| (z .== 0), .zero, partial)
  }
}

/// The first value raised to the power of the second, element by element, after broadcasting both to
/// one shape.
///
/// NaN where the base is negative and the exponent not whole; 1 where the exponent is 0. Of whole
/// numbers, a negative exponent gives 0 unless the base is 1 or −1. `∂z/∂x = y·x^(y−1)`, also for
/// negative `x` and whole `y`, and 0 where both are 0; `∂z/∂y = xʸ·log(x)`, and 0 where `x` is 0 or less
/// or `z` is 0. Both are within `4 + 2|y·log(x)|` units in the last place where `z` is a normal number.
///
/// Mistakes: `.shapeMismatch` where they do not broadcast, `.scalarTypeMismatch` where their scalar types
/// differ or are `bool`.
public func pow(
  _ x: Value, _ y: Value, file: String = #fileID, line: Int = #line
) -> Value {
  x.combined(with: y, by: Power(), at: SourceLocation(file: file, line: line))
}

/// Every element raised to the power of a number.
public func pow(
  _ x: Value, _ y: Double, file: String = #fileID, line: Int = #line
) -> Value {
  x.combined(with: NumberLiteral(y), by: Power(), at: SourceLocation(file: file, line: line))
}

/// Every element raised to the power of a whole number.
public func pow<Integer: BinaryInteger>(
  _ x: Value, _ y: Integer, file: String = #fileID, line: Int = #line
) -> Value {
  x.combined(with: NumberLiteral(y), by: Power(), at: SourceLocation(file: file, line: line))
}

/// A number raised to the power of every element.
public func pow(
  _ x: Double, _ y: Value, file: String = #fileID, line: Int = #line
) -> Value {
  y.combined(after: NumberLiteral(x), by: Power(), at: SourceLocation(file: file, line: line))
}

/// A whole number raised to the power of every element.
public func pow<Integer: BinaryInteger>(
  _ x: Integer, _ y: Value, file: String = #fileID, line: Int = #line
) -> Value {
  y.combined(after: NumberLiteral(x), by: Power(), at: SourceLocation(file: file, line: line))
}

// The page of the reference.
extension Power {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .elementwise, "The first value raised to the power of the second.",
      formula: "z = xʸ",
      operands: [OperatorPage.Part("x", "any shape"), OperatorPage.Part("y", "that of x")],
      result: "The shape and type of x.",
      reverse: ["x̄ = z̄ · y · x^(y−1)", "ȳ = z̄ · z · log(x)"],
      forward: "ż = ẋ · y · x^(y−1) + ẏ · z · log(x)",
      conventions: [
        "NaN where the base is negative and the exponent not whole; 1 where the "
          + "exponent is 0.",
        "∂z/∂x is 0 where both are 0. ∂z/∂y is 0 where x is 0 or less, or z is 0. What "
          + "is taken as 0 there is so whatever the cotangent is.",
        "Of whole numbers a negative exponent gives 0, unless the base is 1 or −1.",
      ],
      example: OperatorPage.Example(
        [
          OperatorPage.Input("x", elements: [2, 3, 0.5]),
          OperatorPage.Input("y", elements: [3, 0.5, -1]),
        ], "pow(x, y)"
      ) { pow($1[0], $1[1]) })
  }
}

extension Power {
  package func notation(for operands: [TensorType]) -> Notation? {
    Notation(
      .power, text: [.operand(0, atLeast: .atom), .text("^"), .operand(1, atLeast: .atom)],
      latex: [
        .text("{"), .operand(0, atLeast: .atom), .text("}^{"), .operand(1, atLeast: .comparison),
        .text("}"),
      ])
  }
}
