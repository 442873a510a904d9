import AdjointCore
import AdjointGraph
import AdjointKernels

/// `y = eˣ`, with `dy/dx = y`.
package struct Exp: UnaryOperator {
  package static let function = UnaryFunction.exp
  package init() {}

  package var derivative: Derivative { .partials { site in [.value(site.result)] } }
}

/// The exponential function of every element.
///
/// The result has the operand's shape and type; `dy/dx = eˣ`, within 2 units in the last place.
///
/// The derivative is within 2 units in the last place, in `f32` and `f64`.
///
/// Mistakes: `.scalarTypeMismatch` unless the operand is `f32` or `f64`.
public func exp(
  _ x: Value, file: String = #fileID, line: Int = #line
) -> Value {
  x.builder.apply(Exp(), [x], at: SourceLocation(file: file, line: line))
}

extension Value {
  /// The exponential function of every element.
  ///
  /// The method form of `exp(_:)`.
  public func exp(file: String = #fileID, line: Int = #line) -> Value {
    AdjointOperators.exp(self, file: file, line: line)
  }
}

// The page of the reference.
extension Exp {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .elementwise, "The exponential function of every element.",
      formula: "y = eˣ",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The shape and type of x.",
      reverse: ["x̄ = ȳ · y"],
      forward: "ẏ = ẋ · y",
      example: OperatorPage.Example([OperatorPage.Input("x", elements: [0, 1, -2])], "exp(x)") {
        exp($1[0])
      })
  }
}

extension Exp {
  package func notation(for operands: [TensorType]) -> Notation? {
    .function("exp", "\\exp")
  }
}
