/// A function of one scalar.
///
/// Its meaning is defined by `ScalarValue.apply`.
package enum UnaryFunction: String, Hashable, Sendable, CaseIterable {
  case negate, abs, sign
  case exp, expm1, log, log1p
  case sqrt, rsqrt, reciprocal
  case sin, cos, tan, tanh
  case sigmoid, softplus, erf
  case floor, ceil, round
  case not

  /// Whether it takes many times as long as a sum.
  package var isTranscendental: Bool {
    switch self {
    case .negate, .abs, .sign, .sqrt, .rsqrt, .reciprocal, .floor, .ceil, .round, .not: false
    case .exp, .expm1, .log, .log1p, .sin, .cos, .tan, .tanh, .sigmoid, .softplus, .erf: true
    }
  }
}

/// A function of two scalars of one type.
package enum BinaryFunction: String, Hashable, Sendable, CaseIterable {
  case add, subtract, multiply, divide, power
  case maximum, minimum
  case and, or
}

/// A comparison of two scalars of one type; the result is a `bool`.
///
/// Comparisons with NaN are false, but for `notEqual`.
package enum Comparison: String, Hashable, Sendable, CaseIterable {
  case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
}

/// How a reduction combines elements.
package enum Combiner: String, Hashable, Sendable, CaseIterable {
  case sum, product, maximum, minimum

  /// The function that combines two elements.
  package var function: BinaryFunction {
    switch self {
    case .sum: .add
    case .product: .multiply
    case .maximum: .maximum
    case .minimum: .minimum
    }
  }
}
