import AdjointCore
import AdjointGraph
import AdjointKernels

/// `y = √x`, with `dy/dx = ½/y`.
package struct Sqrt: UnaryOperator {
  package static let function = UnaryFunction.sqrt
  package init() {}

  package var derivative: Derivative {
    .partials { site in
      [.value(0.5 / site.result)]
    }
  }
}

/// The square root of every element.
///
/// The result has the operand's shape and type; `dy/dx = 1/(2√x)`, infinite at 0, with the sign of that
/// zero. It is NaN below 0. Of what a maximum or a select made 0, as in `sqrt(max(x, 0))` below 0, the
/// derivative is 0, not `0 · ∞`.
///
/// The derivative is within 2 units in the last place, in `f32` and `f64`.
///
/// Mistakes: `.scalarTypeMismatch` unless the operand is `f32` or `f64`.
public func sqrt(
  _ x: Value, file: String = #fileID, line: Int = #line
) -> Value {
  x.builder.apply(Sqrt(), [x], at: SourceLocation(file: file, line: line))
}

extension Value {
  /// The square root of every element.
  ///
  /// The method form of `sqrt(_:)`.
  public func sqrt(file: String = #fileID, line: Int = #line) -> Value {
    AdjointOperators.sqrt(self, file: file, line: line)
  }
}

// The page of the reference.
extension Sqrt {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .elementwise, "The square root of every element.",
      formula: "y = √x",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The shape and type of x.",
      reverse: ["x̄ = ȳ · ½/y"],
      forward: "ẏ = ẋ · ½/y",
      conventions: [
        "NaN below 0.",
        "Of what a maximum or a select made 0, as in `sqrt(max(x, 0))` below 0, the "
          + "derivative is 0, not 0 · ∞.",
      ],
      example: OperatorPage.Example([OperatorPage.Input("x", elements: [1, 4, 0.25])], "sqrt(x)") {
        sqrt($1[0])
      })
  }
}

extension Sqrt {
  package func notation(for operands: [TensorType]) -> Notation? {
    Notation(
      .power, text: [.text("√"), .operand(0, atLeast: .atom)],
      latex: [.text("\\sqrt{"), .operand(0, atLeast: .comparison), .text("}")])
  }
}
