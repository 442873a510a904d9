import AdjointCore
import AdjointGraph
import AdjointKernels

/// `y = log(1 + x)`, accurate near 0, with `dy/dx = 1/(1 + x)`.
package struct Log1p: UnaryOperator {
  package static let function = UnaryFunction.log1p
  package init() {}

  package var derivative: Derivative {
    .partials { site in
      [.value(site.builder.apply(Reciprocal(), [1 + site.operands[0]]))]
    }
  }
}

/// The natural logarithm of `1 + x` of every element, accurate where `x` is near 0.
///
/// The result has the operand's shape and type; `dy/dx = 1/(1 + x)`, infinite at −1, and
/// the same formula below. The logarithm is −∞ at −1 and NaN below.
///
/// The derivative is within 2 units in the last place, in `f32` and `f64`.
///
/// Mistakes: `.scalarTypeMismatch` unless the operand is `f32` or `f64`.
public func log1p(
  _ x: Value, file: String = #fileID, line: Int = #line
) -> Value {
  x.builder.apply(Log1p(), [x], at: SourceLocation(file: file, line: line))
}

extension Value {
  /// The natural logarithm of `1 + x` of every element, accurate where `x` is near 0.
  ///
  /// The method form of `log1p(_:)`.
  public func log1p(file: String = #fileID, line: Int = #line) -> Value {
    AdjointOperators.log1p(self, file: file, line: line)
  }
}

// The page of the reference.
extension Log1p {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .elementwise,
      "The natural logarithm of 1 + x of every element, accurate where x is near 0.",
      formula: "y = log(1 + x)",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The shape and type of x.",
      reverse: ["x̄ = ȳ / (1 + x)"],
      forward: "ẏ = ẋ / (1 + x)",
      conventions: [
        "The logarithm is −∞ at −1 and NaN below. The derivative is 1/(1 + x) there "
          + "too."
      ],
      example: OperatorPage.Example([OperatorPage.Input("x", elements: [0, 1, -0.5])], "log1p(x)") {
        log1p($1[0])
      })
  }
}

extension Log1p {
  package func notation(for operands: [TensorType]) -> Notation? {
    .function("log1p", "\\mathrm{log1p}")
  }
}
