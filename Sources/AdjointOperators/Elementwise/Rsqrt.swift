import AdjointCore
import AdjointGraph
import AdjointKernels

/// `y = 1/√x`, with `dy/dx = −½y³`.
package struct Rsqrt: UnaryOperator {
  package static let function = UnaryFunction.rsqrt
  package init() {}

  package var derivative: Derivative {
    .partials { site in
      [.value(-0.5 * site.result * (site.result * site.result))]
    }
  }
}

/// The reciprocal of the square root of every element.
///
/// The result has the operand's shape and type; `dy/dx = −½·x^(−3/2)`. It is infinite at
/// 0 and NaN below; so is the derivative, −∞ at 0 and ∞ at −0.
///
/// The derivative is within 6 units in the last place, in `f32` and `f64`.
///
/// Mistakes: `.scalarTypeMismatch` unless the operand is `f32` or `f64`.
public func rsqrt(
  _ x: Value, file: String = #fileID, line: Int = #line
) -> Value {
  x.builder.apply(Rsqrt(), [x], at: SourceLocation(file: file, line: line))
}

extension Value {
  /// The reciprocal of the square root of every element.
  ///
  /// The method form of `rsqrt(_:)`.
  public func rsqrt(file: String = #fileID, line: Int = #line) -> Value {
    AdjointOperators.rsqrt(self, file: file, line: line)
  }
}

// The page of the reference.
extension Rsqrt {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .elementwise, "The reciprocal of the square root of every element.",
      formula: "y = 1/√x",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The shape and type of x.",
      reverse: ["x̄ = −ȳ · ½ · y/x"],
      forward: "ẏ = −ẋ · ½ · y/x",
      conventions: ["NaN below 0."],
      example: OperatorPage.Example([OperatorPage.Input("x", elements: [1, 4, 0.25])], "rsqrt(x)") {
        rsqrt($1[0])
      })
  }
}

extension Rsqrt {
  package func notation(for operands: [TensorType]) -> Notation? {
    Notation(
      .product, text: [.text("1 / √"), .operand(0, atLeast: .atom)],
      latex: [.text("\\frac{1}{\\sqrt{"), .operand(0, atLeast: .comparison), .text("}}")])
  }
}
