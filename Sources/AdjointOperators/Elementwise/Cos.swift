import AdjointCore
import AdjointGraph
import AdjointKernels

/// `y = cos(x)`, with `dy/dx = −sin(x)`.
package struct Cos: UnaryOperator {
  package static let function = UnaryFunction.cos
  package init() {}

  package var derivative: Derivative {
    .partials { site in
      [.value(-site.builder.apply(Sin(), [site.operands[0]]))]
    }
  }
}

/// The cosine of every element, in radians.
///
/// The result has the operand's shape and type; `dy/dx = −sin(x)`.
///
/// The derivative is within 2 units in the last place, in `f32` and `f64`.
///
/// Mistakes: `.scalarTypeMismatch` unless the operand is `f32` or `f64`.
public func cos(
  _ x: Value, file: String = #fileID, line: Int = #line
) -> Value {
  x.builder.apply(Cos(), [x], at: SourceLocation(file: file, line: line))
}

extension Value {
  /// The cosine of every element, in radians.
  ///
  /// The method form of `cos(_:)`.
  public func cos(file: String = #fileID, line: Int = #line) -> Value {
    AdjointOperators.cos(self, file: file, line: line)
  }
}

// The page of the reference.
extension Cos {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .elementwise, "The cosine of every element, in radians.",
      formula: "y = cos(x)",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The shape and type of x.",
      reverse: ["x̄ = −ȳ · sin(x)"],
      forward: "ẏ = −ẋ · sin(x)",
      example: OperatorPage.Example([OperatorPage.Input("x", elements: [0, 1, -2])], "cos(x)") {
        cos($1[0])
      })
  }
}

extension Cos {
  package func notation(for operands: [TensorType]) -> Notation? {
    .function("cos", "\\cos")
  }
}
