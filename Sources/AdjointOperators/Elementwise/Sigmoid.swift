import AdjointCore
import AdjointGraph
import AdjointKernels

/// `y = 1/(1 + e⁻ˣ)`, with `dy/dx = y(1 − y)`.
package struct Sigmoid: UnaryOperator {
  package static let function = UnaryFunction.sigmoid
  package init() {}

  package var derivative: Derivative {
    .partials { site in
      [.value(site.result * (1 - site.result))]
    }
  }
}

/// The logistic function `1/(1 + e⁻ˣ)` of every element, which never overflows.
///
/// The result has the operand's shape and type; `dy/dx = y(1 − y)`.
///
/// The derivative is within 2 roundoffs (`2⁻²⁴` in `f32`, `2⁻⁵³` in `f64`); its relative accuracy is
/// lost where `y` is near 1, and that of the second, `y(1 − y)(1 − 2y)`, where `y` is near ½ too.
///
/// Mistakes: `.scalarTypeMismatch` unless the operand is `f32` or `f64`.
public func sigmoid(
  _ x: Value, file: String = #fileID, line: Int = #line
) -> Value {
  x.builder.apply(Sigmoid(), [x], at: SourceLocation(file: file, line: line))
}

extension Value {
  /// The logistic function `1/(1 + e⁻ˣ)` of every element, which never overflows.
  ///
  /// The method form of `sigmoid(_:)`.
  public func sigmoid(file: String = #fileID, line: Int = #line) -> Value {
    AdjointOperators.sigmoid(self, file: file, line: line)
  }
}

// The page of the reference.
extension Sigmoid {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .elementwise, "The logistic function of every element, which never overflows.",
      formula: "y = 1/(1 + e⁻ˣ)",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The shape and type of x.",
      reverse: ["x̄ = ȳ · y · (1 − y)"],
      forward: "ẏ = ẋ · y · (1 − y)",
      example: OperatorPage.Example([OperatorPage.Input("x", elements: [0, 1, -2])], "sigmoid(x)") {
        sigmoid($1[0])
      })
  }
}

extension Sigmoid {
  package func notation(for operands: [TensorType]) -> Notation? {
    .function("σ", "\\sigma")
  }
}
