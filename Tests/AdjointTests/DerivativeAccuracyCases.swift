import Adjoint
import Foundation
import Testing

#if arch(x86_64)
  /// Numbers that hold the exact derivatives of f64 more exactly than f64.
  typealias Extended = Float80
#else
  typealias Extended = Double
#endif

/// A function with its derivative in a wide type, and how far what is computed may be from it.
///
/// The bounds are those that the functions' documentation states: units in the last place of the exact
/// derivative, and beside them multiples of the unit roundoff, 2⁻²⁴ or 2⁻⁵³, where the formula loses
/// relative accuracy.
struct DerivativeAccuracyCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let function: @Sendable (Value) throws -> Value
  let derivative: @Sendable (Extended) -> Extended
  let units: Double
  let roundoffs: Double
  /// Further roundoffs for each unit of the argument's magnitude.
  let perMagnitude: Double

  init(
    _ name: String, units: Double = 0, roundoffs: Double = 0, perMagnitude: Double = 0,
    _ function: @escaping @Sendable (Value) throws -> Value,
    derivative: @escaping @Sendable (Extended) -> Extended
  ) {
    testDescription = name
    self.units = units
    self.roundoffs = roundoffs
    self.perMagnitude = perMagnitude
    self.function = function
    self.derivative = derivative
  }

  /// eˣ/(1 + eˣ)², which both tails underflow.
  private static func logisticSlope(_ x: Extended) -> Extended {
    let power = exp(-x.magnitude)
    return power / ((1 + power) * (1 + power))
  }

  private static func logistic(_ x: Extended) -> Extended {
    x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x))
  }

  private static let rootOfPi = Extended.pi.squareRoot()

  static let elementary: [DerivativeAccuracyCase] = [
    .init("exp", units: 2, { exp($0) }) { exp($0) },
    .init("expm1", units: 2, { expm1($0) }) { exp($0) },
    .init("log", units: 1, { log($0) }) { 1 / $0 },
    .init("log1p", units: 2, { log1p($0) }) { 1 / (1 + $0) },
    .init("sqrt", units: 2, { sqrt($0) }) { 0.5 / $0.squareRoot() },
    .init("rsqrt", units: 6, { rsqrt($0) }) {
      -0.5 / ($0 == 0 ? $0 : $0 * $0.squareRoot())
    },
    .init("reciprocal", units: 3, { reciprocal($0) }) { -1 / ($0 * $0) },
    .init("sin", units: 2, { sin($0) }) { cos($0) },
    .init("cos", units: 2, { cos($0) }) { -sin($0) },
    .init("tan", units: 5, { tan($0) }) { 1 + tan($0) * tan($0) },
    .init("abs", { abs($0) }) { $0.isNaN || $0 == 0 ? $0 : $0 < 0 ? -1 : 1 },
    .init("square", { $0 * $0 }) { 2 * $0 },
    .init("cube", units: 2, { pow($0, 3) }) { 3 * $0 * $0 },
    .init("x^½", units: 3, { pow($0, 0.5) }) {
      $0 == 0 ? .infinity : $0.isInfinite ? 0 : 0.5 / $0.squareRoot()
    },
    .init("exponent of 3", units: 4, { pow(3, $0) }) { pow(3, $0) * log(Extended(3)) },
    .init("divided", units: 3, { 3 / $0 }) { -3 / ($0 * $0) },
  ]

  /// At infinities some of these are 0 · ∞, as their values are.
  static let composite: [DerivativeAccuracyCase] = [
    .init("relu", { relu($0) }) { $0 <= 0 ? 0 : 1 },
    .init("leakyRelu", { leakyRelu($0, slope: 0.25) }) { $0 <= 0 ? 0.25 : 1 },
    .init("silu", roundoffs: 8, perMagnitude: 2, { silu($0) }) {
      logistic($0) + $0 * logisticSlope($0)
    },
    .init("gelu", roundoffs: 8, { gelu($0) }) {
      erfc(-$0 * Extended(0.5).squareRoot()) / 2
        + $0 * exp(-$0 * $0 / 2) / (Extended(2).squareRoot() * rootOfPi)
    },
    .init("gelu's tanh form", roundoffs: 40, { gelu($0, approximation: .tanh) }) { x in
      let scale = (2 / Extended.pi).squareRoot()
      let a: Extended = 0.044715
      let slope = 4 * logisticSlope(2 * scale * (x + a * x * x * x))
      let bell = logistic(2 * scale * (x + a * x * x * x))
      return bell + x / 2 * slope * scale * (1 + 3 * a * x * x)
    },
  ]

  static let saturating: [DerivativeAccuracyCase] = [
    .init("tanh", roundoffs: 8, { tanh($0) }) { 4 * logisticSlope(2 * $0) },
    .init("sigmoid", roundoffs: 2, { sigmoid($0) }) { logisticSlope($0) },
    .init("softplus", units: 2, { softplus($0) }) { logistic($0) },
    .init("erf", roundoffs: 4, { erf($0) }) { 2 / rootOfPi * exp(-$0 * $0) },
  ]
}
