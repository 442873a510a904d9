import AdjointCore
import AdjointGraph

/// `y = x · sigmoid(x)`.
package struct Silu: UnaryComposite {
  package static let mnemonic = "silu"
  package init() {}

  package init(attributes: AttributeList) throws(Diagnostic) { try attributes.allowOnly() }
  package var attributes: AttributeList { AttributeList() }

  package var derivative: Derivative {
    .partials { site in
      let x = site.operands[0]
      let s = site.builder.apply(Sigmoid(), [x])
      return [.value(s + x * (s * (1 - s)))]
    }
  }

  func expansion(of x: Value) -> Value { x * x.builder.apply(Sigmoid(), [x]) }
}

/// `x · sigmoid(x)` of every element, also known as swish.
///
/// The result has the operand's shape and type; with `s = sigmoid(x)`, `dy/dx = s + x·s·(1 − s)`.
///
/// The derivative is within 8 + 2|x| roundoffs (`2⁻²⁴` in `f32`, `2⁻⁵³` in `f64`). At −∞ the value is
/// NaN, and at both infinities the derivative is.
///
/// Mistakes: `.scalarTypeMismatch` unless the operand is `f32` or `f64`.
public func silu(
  _ x: Value, file: String = #fileID, line: Int = #line
) -> Value {
  x.builder.apply(Silu(), [x], at: SourceLocation(file: file, line: line))
}

extension Value {
  /// `x · sigmoid(x)` of every element, also known as swish.
  ///
  /// The method form of `silu(_:)`.
  public func silu(file: String = #fileID, line: Int = #line) -> Value {
    AdjointOperators.silu(self, file: file, line: line)
  }
}

// The page of the reference.
extension Silu {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .composite, "The element times its logistic function, also known as swish.",
      formula: "y = x · sigmoid(x)",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The shape and type of x.",
      reverse: ["x̄ = ȳ · (s + x · s · (1 − s)), with s = sigmoid(x)"],
      forward: "ẏ = ẋ · (s + x · s · (1 − s))",
      conventions: ["At −∞ the value is NaN, and at both infinities the derivative is."],
      example: OperatorPage.Example([OperatorPage.Input("x", elements: [-2, 0.5, 3])], "silu(x)") {
        silu($1[0])
      })
  }
}
