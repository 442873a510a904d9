import AdjointCore
import AdjointGraph
import AdjointKernels

/// `y = log(x)`, with `dy/dx = 1/x`.
package struct Log: UnaryOperator {
  package static let function = UnaryFunction.log
  package init() {}

  package var derivative: Derivative {
    .partials { site in
      [.value(site.builder.apply(Reciprocal(), [site.operands[0]]))]
    }
  }
}

/// The natural logarithm of every element.
///
/// The result has the operand's shape and type; `dy/dx = 1/x`, infinite at 0 with the sign of that zero,
/// and the same formula below. The logarithm is −∞ at 0 and NaN below.
///
/// The derivative is within 1 unit in the last place, in `f32` and `f64`.
///
/// Mistakes: `.scalarTypeMismatch` unless the operand is `f32` or `f64`.
public func log(
  _ x: Value, file: String = #fileID, line: Int = #line
) -> Value {
  x.builder.apply(Log(), [x], at: SourceLocation(file: file, line: line))
}

extension Value {
  /// The natural logarithm of every element.
  ///
  /// The method form of `log(_:)`.
  public func log(file: String = #fileID, line: Int = #line) -> Value {
    AdjointOperators.log(self, file: file, line: line)
  }
}

// The page of the reference.
extension Log {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .elementwise, "The natural logarithm of every element.",
      formula: "y = log(x)",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The shape and type of x.",
      reverse: ["x̄ = ȳ / x"],
      forward: "ẏ = ẋ / x",
      conventions: ["The logarithm is −∞ at 0 and NaN below. The derivative is 1/x there too."],
      example: OperatorPage.Example([OperatorPage.Input("x", elements: [1, 2, 0.5])], "log(x)") {
        log($1[0])
      })
  }
}

extension Log {
  package func notation(for operands: [TensorType]) -> Notation? {
    .function("log", "\\log")
  }
}
