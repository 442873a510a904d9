import AdjointCore
import AdjointGraph
import AdjointKernels

/// `z = xʸ`, with `∂z/∂x = y·x^(y−1)` and `∂z/∂y = z·log(x)`.
///
/// Both partials are finite wherever the function has a derivative along the operand:
/// - `∂z/∂x` is 0 where `y` is 0, also at `x = 0`, where `0·0⁻¹` would be NaN; below 0 it is right for
///   whole exponents.
/// - `∂z/∂y` is taken as 0 where `x` is 0 or less: at 0 that is the limit for positive `y`, and below
///   0 the function exists for whole exponents only and has no derivative along `y`.
package struct Power: BinaryOperator {
  package static let function = BinaryFunction.power
  package init() {}

  package var derivative: Derivative {
    .partials { (at) throws(Diagnostic) in
      [
        at.wanted[0] ? try baseSlope(at.operands[0], at.operands[1]) : .zero,
        at.wanted[1] ? .value(try at.result * guardedLogarithm(of: at.operands[0])) : .zero,
      ]
    }
  }

  /// The partial y·x^(y−1).
  ///
  /// The exponent, and not the product, is guarded where y is 0, so that no infinity comes up that a
  /// second derivative would multiply by 0.
  private func baseSlope(_ x: Value, _ y: Value) throws(Diagnostic) -> Derivative.Partial {
    if let exponent = y.constantNumber {
      switch exponent {
      case 0: return .zero
      case 1: return .one
      case 2: return .value(try 2 * x)
      default:
        let power = try x.builder.apply(Self(), [x, x.builder.full(exponent - 1, x.type)])
        return .value(try exponent * power)
      }
    }
    let builder = x.builder
    let one = try builder.full(1, y.type)
    let isZero = try builder.apply(Equal(), [y, builder.full(0, y.type)])
    let exponent = try builder.apply(Select(), [isZero, one, y - one])
    return .value(try y * builder.apply(Self(), [x, exponent]))
  }

  /// log(x) where x is positive and 0 elsewhere.
  private func guardedLogarithm(of x: Value) throws(Diagnostic) -> Value {
    let builder = x.builder
    let isPositive = try builder.apply(Greater(), [x, builder.full(0, x.type)])
    let positive = try builder.apply(Select(), [isPositive, x, builder.full(1, x.type)])
    return try builder.apply(Log(), [positive])
  }

  // x^½ is not √x: they differ at −∞ and at −0.
  package static let rewrites: [Rewrite] = [
    Rewrite("x⁰ → 1, x¹ → x, x² → x · x", changing: .rounding) { (at) throws(Diagnostic) in
      switch at.operands[1].constantNumber {
      case 0: try at.builder.full(1, at.resultType)
      case 1: at.operands[0]
      case 2: try at.builder.apply(Multiply(), [at.operands[0], at.operands[0]])
      default: nil
      }
    },
    Rewrite("x⁻¹ → reciprocal(x)", changing: .rounding) { (at) throws(Diagnostic) in
      guard at.resultType.scalarType.isDifferentiable, at.operands[1].isConstant(-1) else {
        return nil
      }
      return try at.builder.apply(Reciprocal(), [at.operands[0]])
    },
  ]
}

/// The first value raised to the power of the second, element by element, after broadcasting both to
/// one shape.
///
/// NaN where the base is negative and the exponent not whole; 1 where the exponent is 0. Of whole
/// numbers, a negative exponent gives 0 unless the base is 1 or −1. `∂z/∂x = y·x^(y−1)`, also for
/// negative `x` and whole `y`; `∂z/∂y = xʸ·log(x)`, and 0 where `x` is 0 or less.
///
/// - Throws: `.shapeMismatch` where they do not broadcast, `.scalarTypeMismatch` where their scalar types
///   differ or are `bool`.
public func pow(
  _ x: Value, _ y: Value, file: String = #fileID, line: Int = #line
) throws(Diagnostic) -> Value {
  try x.combined(with: y, by: Power(), at: SourceLocation(file: file, line: line))
}

/// Every element raised to the power of a number.
public func pow(
  _ x: Value, _ y: Double, file: String = #fileID, line: Int = #line
) throws(Diagnostic) -> Value {
  try x.combined(with: NumberLiteral(y), by: Power(), at: SourceLocation(file: file, line: line))
}

/// Every element raised to the power of a whole number.
public func pow<Integer: BinaryInteger>(
  _ x: Value, _ y: Integer, file: String = #fileID, line: Int = #line
) throws(Diagnostic) -> Value {
  try x.combined(with: NumberLiteral(y), by: Power(), at: SourceLocation(file: file, line: line))
}

/// A number raised to the power of every element.
public func pow(
  _ x: Double, _ y: Value, file: String = #fileID, line: Int = #line
) throws(Diagnostic) -> Value {
  try y.combined(after: NumberLiteral(x), by: Power(), at: SourceLocation(file: file, line: line))
}

/// A whole number raised to the power of every element.
public func pow<Integer: BinaryInteger>(
  _ x: Integer, _ y: Value, file: String = #fileID, line: Int = #line
) throws(Diagnostic) -> Value {
  try y.combined(after: NumberLiteral(x), by: Power(), at: SourceLocation(file: file, line: line))
}
