import Foundation

extension UnaryFunction {
  /// The function in double precision.
  ///
  /// `sign` of a zero is that zero, of NaN is NaN; `round` goes to the nearest whole number, halves
  /// to even; `not` is 1 for 0 and 0 otherwise.
  package func value(at x: Double) -> Double {
    switch self {
    case .negate: -x
    case .abs: x.magnitude
    case .sign: x > 0 ? 1 : x < 0 ? -1 : x
    case .exp: Foundation.exp(x)
    case .expm1: Foundation.expm1(x)
    case .log: Foundation.log(x)
    case .log1p: Foundation.log1p(x)
    case .sqrt: x.squareRoot()
    case .rsqrt: 1 / x.squareRoot()
    case .reciprocal: 1 / x
    case .sin: Foundation.sin(x)
    case .cos: Foundation.cos(x)
    case .tan: Foundation.tan(x)
    case .tanh: Foundation.tanh(x)
    case .sigmoid: x >= 0 ? 1 / (1 + Foundation.exp(-x)) : Self.sigmoidBelowZero(x)
    case .softplus: x.isNaN ? x : Swift.max(x, 0) + Foundation.log1p(Foundation.exp(-x.magnitude))
    case .erf: Foundation.erf(x)
    case .floor: x.rounded(.down)
    case .ceil: x.rounded(.up)
    case .round: x.rounded(.toNearestOrEven)
    case .not: x == 0 ? 1 : 0
    }
  }

  /// eˣ/(1 + eˣ): no overflow below zero.
  private static func sigmoidBelowZero(_ x: Double) -> Double {
    let power = Foundation.exp(x)
    return power / (1 + power)
  }

  /// The function of a whole number: `negate`, `abs` and `sign` wrap around; `floor`, `ceil` and
  /// `round` change nothing; the others, which no verified program applies to whole numbers, truncate
  /// the value of the real function.
  package func value<Integer: FixedWidthInteger>(at x: Integer) -> Integer {
    switch self {
    case .negate: 0 &- x
    case .abs: x < 0 ? 0 &- x : x
    case .sign: x.signum()
    case .floor, .ceil, .round: x
    case .not: x == 0 ? 1 : 0
    case .exp, .expm1, .log, .log1p, .sqrt, .rsqrt, .reciprocal, .sin, .cos, .tan, .tanh, .sigmoid,
      .softplus, .erf:
      Integer(clampedConversion: value(at: Double(x)))
    }
  }
}

extension BinaryFunction {
  /// The function in double precision.
  ///
  /// `maximum` and `minimum` of a NaN and anything are NaN.
  package func value(_ x: Double, _ y: Double) -> Double {
    switch self {
    case .add: x + y
    case .subtract: x - y
    case .multiply: x * y
    case .divide: x / y
    case .power: Foundation.pow(x, y)
    case .maximum: x.isNaN || y.isNaN ? .nan : Swift.max(x, y)
    case .minimum: x.isNaN || y.isNaN ? .nan : Swift.min(x, y)
    case .and: x != 0 && y != 0 ? 1 : 0
    case .or: x != 0 || y != 0 ? 1 : 0
    }
  }

  /// The function of whole numbers, which wraps around.
  ///
  /// Division truncates toward zero and division by zero gives 0; a power with a negative exponent
  /// is 0 unless the base is 1 or −1.
  package func value<Integer: FixedWidthInteger>(_ x: Integer, _ y: Integer) -> Integer {
    switch self {
    case .add: x &+ y
    case .subtract: x &- y
    case .multiply: x &* y
    case .divide: y == 0 ? 0 : x.dividedReportingOverflow(by: y).partialValue
    case .power: Self.power(x, y)
    case .maximum: Swift.max(x, y)
    case .minimum: Swift.min(x, y)
    case .and: x & y
    case .or: x | y
    }
  }

  /// The function of truth values: sums and maxima are `or`, products and minima `and`.
  package func value(_ x: Bool, _ y: Bool) -> Bool {
    switch self {
    case .add, .maximum, .or: x || y
    case .multiply, .minimum, .and: x && y
    case .subtract: x != y
    case .divide: x && y
    case .power: x || !y
    }
  }

  private static func power<Integer: FixedWidthInteger>(_ base: Integer, _ exponent: Integer)
    -> Integer
  {
    if exponent < 0 {
      if base == 1 { return 1 }
      if Integer.isSigned, base == 0 &- 1 { return exponent & 1 == 0 ? 1 : base }
      return 0
    }
    var result: Integer = 1
    var square = base
    var remaining = exponent
    while remaining > 0 {
      if remaining & 1 == 1 { result = result &* square }
      square = square &* square
      remaining >>= 1
    }
    return result
  }
}
