import AdjointCore
import AdjointGraph
import AdjointKernels

/// `y = tanh(x)`, with `dy/dx = 1 − y²`.
package struct Tanh: UnaryOperator {
  package static let function = UnaryFunction.tanh
  package init() {}

  package var derivative: Derivative {
    .partials { site in
      // In terms of the result, so that the operand's buffer can be reused early.
      [.value(1 - site.result * site.result)]
    }
  }
}

/// The hyperbolic tangent of every element.
///
/// The result has the operand's shape and type; `dy/dx = 1 − y²`.
///
/// The derivative is within 8 roundoffs (`2⁻²⁴` in `f32`, `2⁻⁵³` in `f64`); its relative accuracy is
/// lost where `y` is near 1 or −1.
///
/// Mistakes: `.scalarTypeMismatch` unless the operand is `f32` or `f64`.
public func tanh(
  _ x: Value, file: String = #fileID, line: Int = #line
) -> Value {
  x.builder.apply(Tanh(), [x], at: SourceLocation(file: file, line: line))
}

extension Value {
  /// The hyperbolic tangent of every element.
  ///
  /// The method form of `tanh(_:)`.
  public func tanh(file: String = #fileID, line: Int = #line) -> Value {
    AdjointOperators.tanh(self, file: file, line: line)
  }
}

// The page of the reference.
extension Tanh {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .elementwise, "The hyperbolic tangent of every element.",
      formula: "y = tanh(x)",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The shape and type of x.",
      reverse: ["x̄ = ȳ · (1 − y²)"],
      forward: "ẏ = ẋ · (1 − y²)",
      example: OperatorPage.Example([OperatorPage.Input("x", elements: [0, 0.5, -2])], "tanh(x)") {
        tanh($1[0])
      })
  }
}

extension Tanh {
  package func notation(for operands: [TensorType]) -> Notation? {
    .function("tanh", "\\tanh")
  }
}
