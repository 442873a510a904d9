import AdjointCore
import AdjointGraph
import AdjointKernels

/// `y = 1/x`, with `dy/dx = −y²`.
package struct Reciprocal: UnaryOperator {
  package static let function = UnaryFunction.reciprocal
  package init() {}

  package var derivative: Derivative {
    .partials { site in
      [.value(-(site.result * site.result))]
    }
  }
}

/// The reciprocal of every element.
///
/// The result has the operand's shape and type; `dy/dx = −1/x²`, −∞ at a zero of either sign.
///
/// The derivative is within 3 units in the last place, in `f32` and `f64`.
///
/// Mistakes: `.scalarTypeMismatch` unless the operand is `f32` or `f64`.
public func reciprocal(
  _ x: Value, file: String = #fileID, line: Int = #line
) -> Value {
  x.builder.apply(Reciprocal(), [x], at: SourceLocation(file: file, line: line))
}

extension Value {
  /// The reciprocal of every element.
  ///
  /// The method form of `reciprocal(_:)`.
  public func reciprocal(file: String = #fileID, line: Int = #line) -> Value {
    AdjointOperators.reciprocal(self, file: file, line: line)
  }
}

// The page of the reference.
extension Reciprocal {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .elementwise, "The reciprocal of every element.",
      formula: "y = 1/x",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The shape and type of x.",
      reverse: ["x̄ = −ȳ · y²"],
      forward: "ẏ = −ẋ · y²",
      example: OperatorPage.Example(
        [OperatorPage.Input("x", elements: [1, -2, 0.5])], "reciprocal(x)"
      ) { reciprocal($1[0]) })
  }
}

extension Reciprocal {
  package func notation(for operands: [TensorType]) -> Notation? {
    Notation(
      .product, text: [.text("1 / "), .operand(0, atLeast: .prefix)],
      latex: [.text("\\frac{1}{"), .operand(0, atLeast: .comparison), .text("}")])
  }
}
