import AdjointCore
import AdjointGraph

/// How `gelu` is computed.
public enum GeluApproximation: Hashable, Sendable, CaseIterable {
  /// By the error function: `½x · (1 + erf(x/√2))`.
  case exact
  /// By `½x · (1 + tanh(√(2/π) · (x + 0.044715x³)))`, within 0.0005 of it.
  case tanh
}

/// The Gaussian error linear unit `x · Φ(x)` of every element, where `Φ` is the normal distribution.
///
/// The result has the operand's shape and type; `dy/dx = Φ(x) + x·φ(x)` where `φ` is the normal density,
/// for the exact form.
///
/// The derivative is within 8 roundoffs (`2⁻²⁴` in `f32`, `2⁻⁵³` in `f64`) for the exact form, and
/// within 40 for the other one. At −∞ the value is NaN, and so is the derivative of the exact form at
/// both infinities.
///
/// Mistakes: `.scalarTypeMismatch` unless the operand is `f32` or `f64`.
public func gelu(
  _ x: Value, approximation: GeluApproximation = .exact, file: String = #fileID, line: Int = #line
) -> Value {
  x.builder.placed("gelu", of: [x], file, line) { () throws(Diagnostic) in
    try x.type.expectFloatingPoint()
    let bell: Value
    switch approximation {
    case .exact:
      bell = x.builder.apply(Erf(), [squareRootOfHalf * x])
    case .tanh:
      let cubic = x + 0.044715 * (x * x * x)
      bell = x.builder.apply(Tanh(), [squareRootOfTwoOverPi * cubic])
    }
    return 0.5 * x * (1 + bell)
  }
}

private let squareRootOfHalf = 0.5.squareRoot()
private let squareRootOfTwoOverPi = (2 / Double.pi).squareRoot()

extension Value {
  /// The Gaussian error linear unit `x · Φ(x)` of every element, where `Φ` is the normal distribution.
  ///
  /// The method form of `gelu(_:approximation:)`.
  public func gelu(
    approximation: GeluApproximation = .exact, file: String = #fileID, line: Int = #line
  ) -> Value {
    AdjointOperators.gelu(self, approximation: approximation, file: file, line: line)
  }
}

// The page of the reference.
extension OperatorPage {
  static let geluPage = OperatorPage(
    "gelu", .composite, "The Gaussian error linear unit of every element.",
    formula: "y = x · Φ(x), with the distribution function Φ of the normal distribution",
    operands: [OperatorPage.Part("x", "any shape")],
    result: "The shape and type of x.",
    attributes: [OperatorPage.Part("approximation", "exact, or by the hyperbolic tangent")],
    reverse: ["x̄ = ȳ · (Φ(x) + x · φ(x)), with the normal density φ"],
    forward: "ẏ = ẋ · (Φ(x) + x · φ(x))",
    conventions: [
      "At −∞ the value is NaN, and so is the derivative of the exact form at both "
        + "infinities."
    ],
    example: OperatorPage.Example([OperatorPage.Input("x", elements: [-2, 0.5, 3])], "gelu(x)") {
      gelu($1[0])
    })
}
