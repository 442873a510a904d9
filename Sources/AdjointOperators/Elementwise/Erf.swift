import AdjointCore
import AdjointGraph
import AdjointKernels

/// `y = erf(x) = 2/√π · ∫₀ˣ exp(−t²) dt`, with `dy/dx = 2/√π · exp(−x²)`.
package struct Erf: UnaryOperator {
  package static let function = UnaryFunction.erf
  package init() {}

  package var derivative: Derivative {
    .partials { site in
      let x = site.operands[0]
      return [.value(Self.slopeAtZero * site.builder.apply(Exp(), [-(x * x)]))]
    }
  }

  // 2/√π
  private static let slopeAtZero = 1.128_379_167_095_512_6
}

/// The error function of every element, `2/√π` times the integral of `exp(−t²)` from 0 to `x`.
///
/// The result has the operand's shape and type; `dy/dx = 2/√π · exp(−x²)`.
///
/// The derivative is within 4 roundoffs (`2⁻²⁴` in `f32`, `2⁻⁵³` in `f64`); its relative error grows as
/// `x²` does.
///
/// Mistakes: `.scalarTypeMismatch` unless the operand is `f32` or `f64`.
public func erf(
  _ x: Value, file: String = #fileID, line: Int = #line
) -> Value {
  x.builder.apply(Erf(), [x], at: SourceLocation(file: file, line: line))
}

extension Value {
  /// The error function of every element, `2/√π` times the integral of `exp(−t²)` from 0 to `x`.
  ///
  /// The method form of `erf(_:)`.
  public func erf(file: String = #fileID, line: Int = #line) -> Value {
    AdjointOperators.erf(self, file: file, line: line)
  }
}

// The page of the reference.
extension Erf {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .elementwise, "The error function of every element.",
      formula: "y = 2/√π · ∫₀ˣ exp(−t²) dt",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The shape and type of x.",
      reverse: ["x̄ = ȳ · 2/√π · exp(−x²)"],
      forward: "ẏ = ẋ · 2/√π · exp(−x²)",
      example: OperatorPage.Example([OperatorPage.Input("x", elements: [0, 1, -0.5])], "erf(x)") {
        erf($1[0])
      })
  }
}

extension Erf {
  package func notation(for operands: [TensorType]) -> Notation? {
    .function("erf", "\\mathrm{erf}")
  }
}
