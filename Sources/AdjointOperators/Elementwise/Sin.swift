import AdjointCore
import AdjointGraph
import AdjointKernels

/// `y = sin(x)`, with `dy/dx = cos(x)`.
package struct Sin: UnaryOperator {
  package static let function = UnaryFunction.sin
  package init() {}

  package var derivative: Derivative {
    .partials { site in
      [.value(site.builder.apply(Cos(), [site.operands[0]]))]
    }
  }
}

/// The sine of every element, in radians.
///
/// The result has the operand's shape and type; `dy/dx = cos(x)`.
///
/// The derivative is within 2 units in the last place, in `f32` and `f64`.
///
/// Mistakes: `.scalarTypeMismatch` unless the operand is `f32` or `f64`.
public func sin(
  _ x: Value, file: String = #fileID, line: Int = #line
) -> Value {
  x.builder.apply(Sin(), [x], at: SourceLocation(file: file, line: line))
}

extension Value {
  /// The sine of every element, in radians.
  ///
  /// The method form of `sin(_:)`.
  public func sin(file: String = #fileID, line: Int = #line) -> Value {
    AdjointOperators.sin(self, file: file, line: line)
  }
}

// The page of the reference.
extension Sin {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .elementwise, "The sine of every element, in radians.",
      formula: "y = sin(x)",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The shape and type of x.",
      reverse: ["x̄ = ȳ · cos(x)"],
      forward: "ẏ = ẋ · cos(x)",
      example: OperatorPage.Example([OperatorPage.Input("x", elements: [0, 1, -2])], "sin(x)") {
        sin($1[0])
      })
  }
}

extension Sin {
  package func notation(for operands: [TensorType]) -> Notation? {
    .function("sin", "\\sin")
  }
}
