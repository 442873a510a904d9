import AdjointCore
import AdjointGraph
import AdjointKernels

/// `y = eˣ − 1`, accurate near 0, with `dy/dx = eˣ`.
package struct Expm1: UnaryOperator {
  package static let function = UnaryFunction.expm1
  package init() {}

  package var derivative: Derivative {
    .partials { site in
      // y + 1 would be 0 far below 0, where eˣ is small but not 0.
      [.value(site.builder.apply(Exp(), [site.operands[0]]))]
    }
  }
}

/// `eˣ − 1` of every element, accurate where `eˣ` is near 1.
///
/// The result has the operand's shape and type; `dy/dx = eˣ`, within 2 units in the last place.
///
/// The derivative is within 2 units in the last place, in `f32` and `f64`.
///
/// Mistakes: `.scalarTypeMismatch` unless the operand is `f32` or `f64`.
public func expm1(
  _ x: Value, file: String = #fileID, line: Int = #line
) -> Value {
  x.builder.apply(Expm1(), [x], at: SourceLocation(file: file, line: line))
}

extension Value {
  /// `eˣ − 1` of every element, accurate where `eˣ` is near 1.
  ///
  /// The method form of `expm1(_:)`.
  public func expm1(file: String = #fileID, line: Int = #line) -> Value {
    AdjointOperators.expm1(self, file: file, line: line)
  }
}

// The page of the reference.
extension Expm1 {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .elementwise,
      "The exponential function less 1 of every element, accurate where x is near 0.",
      formula: "y = eˣ − 1",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The shape and type of x.",
      reverse: ["x̄ = ȳ · eˣ"],
      forward: "ẏ = ẋ · eˣ",
      example: OperatorPage.Example([OperatorPage.Input("x", elements: [0, 1, -2])], "expm1(x)") {
        expm1($1[0])
      })
  }
}

extension Expm1 {
  package func notation(for operands: [TensorType]) -> Notation? {
    .function("expm1", "\\mathrm{expm1}")
  }
}
