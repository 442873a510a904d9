import AdjointCore
import AdjointGraph
import AdjointKernels

/// `y = tan(x)`, with `dy/dx = 1 + y²`.
package struct Tan: UnaryOperator {
  package static let function = UnaryFunction.tan
  package init() {}

  package var derivative: Derivative {
    .partials { site in
      [.value(1 + site.result * site.result)]
    }
  }
}

/// The tangent of every element, in radians.
///
/// The result has the operand's shape and type; `dy/dx = 1 + tan²(x)`.
///
/// The derivative is within 5 units in the last place, in `f32` and `f64`.
///
/// Mistakes: `.scalarTypeMismatch` unless the operand is `f32` or `f64`.
public func tan(
  _ x: Value, file: String = #fileID, line: Int = #line
) -> Value {
  x.builder.apply(Tan(), [x], at: SourceLocation(file: file, line: line))
}

extension Value {
  /// The tangent of every element, in radians.
  ///
  /// The method form of `tan(_:)`.
  public func tan(file: String = #fileID, line: Int = #line) -> Value {
    AdjointOperators.tan(self, file: file, line: line)
  }
}

// The page of the reference.
extension Tan {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .elementwise, "The tangent of every element, in radians.",
      formula: "y = tan(x)",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The shape and type of x.",
      reverse: ["x̄ = ȳ · (1 + y²)"],
      forward: "ẏ = ẋ · (1 + y²)",
      example: OperatorPage.Example([OperatorPage.Input("x", elements: [0, 1, -0.5])], "tan(x)") {
        tan($1[0])
      })
  }
}

extension Tan {
  package func notation(for operands: [TensorType]) -> Notation? {
    .function("tan", "\\tan")
  }
}
