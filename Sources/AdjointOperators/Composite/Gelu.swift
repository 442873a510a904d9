import AdjointCore
import AdjointGraph

/// How `gelu` is computed.
public enum GeluApproximation: Hashable, Sendable, CaseIterable {
  /// By the error function: `½x · (1 + erf(x/√2))`.
  case exact
  /// By `½x · (1 + tanh(√(2/π) · (x + 0.044715x³)))`, within 0.0005 of it.
  case tanh
}

/// `y = x · Φ(x)`, with the distribution function Φ of the normal distribution.
package struct Gelu: UnaryComposite {
  package static let mnemonic = "gelu"

  package let approximation: GeluApproximation
  package init(_ approximation: GeluApproximation = .exact) { self.approximation = approximation }

  package init(attributes: AttributeList) throws(Diagnostic) {
    try attributes.allowOnly("approximation")
    guard attributes["approximation"] != nil else {
      self.init(.exact)
      return
    }
    guard try attributes.text("approximation") == "tanh" else {
      throw Diagnostic(
        .invalidAttribute,
        "the attribute approximation can be \"tanh\"; leave it out for the exact form")
    }
    self.init(.tanh)
  }

  package var attributes: AttributeList {
    AttributeList(["approximation": approximation == .tanh ? .text("tanh") : nil])
  }

  package var derivative: Derivative {
    .partials { site in
      let x = site.operands[0]
      let bell = bell(x)
      // 1 + bell is 2Φ(x), and half of this is φ(x).
      let density =
        switch approximation {
        case .exact: Self.densityAtZero * exp(-Self.square(Self.squareRootOfHalf * x))
        case .tanh: (1 - Self.square(bell)) * Self.slope(x)
        }
      let total = 0.5 * (1 + bell)
      let change = 0.5 * x * density
      switch approximation {
      case .exact: return [.value(total + change)]
      case .tanh:
        // Far out the polynomial overflows where the tangent's own derivative is 0.
        return [.value(total + select(abs(x) .< Self.reach, change, 0))]
      }
    }
  }

  func expansion(of x: Value) -> Value { 0.5 * x * (1 + bell(x)) }

  /// 2Φ(x) − 1.
  private func bell(_ x: Value) -> Value {
    switch approximation {
    case .exact:
      x.builder.apply(Erf(), [Self.squareRootOfHalf * x])
    case .tanh:
      x.builder.apply(
        Tanh(), [Self.squareRootOfTwoOverPi * (x + Self.cubicFactor * (x * x * x))])
    }
  }

  /// The derivative of the polynomial in the hyperbolic tangent.
  private static func slope(_ x: Value) -> Value {
    squareRootOfTwoOverPi + 3 * squareRootOfTwoOverPi * cubicFactor * square(x)
  }

  private static func square(_ x: Value) -> Value { x * x }

  private static let squareRootOfHalf = 0.5.squareRoot()
  private static let squareRootOfTwoOverPi = (2 / Double.pi).squareRoot()
  // 2φ(0).
  private static let densityAtZero = squareRootOfTwoOverPi
  private static let cubicFactor = 0.044715
  // From here on the hyperbolic tangent is 1 or −1 to the last bit.
  private static let reach = 32.0
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
  x.builder.apply(Gelu(approximation), [x], at: SourceLocation(file: file, line: line))
}

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
extension Gelu {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .composite, "The Gaussian error linear unit of every element.",
      formula: "y = x · Φ(x), with the distribution function Φ of the normal distribution",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The shape and type of x.",
      attributes: [OperatorPage.Part("approximation", "\"tanh\", or none for the exact form")],
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
}
