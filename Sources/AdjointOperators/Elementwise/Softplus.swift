import AdjointCore
import AdjointGraph
import AdjointKernels

/// `y = log(1 + eˣ)`, which never overflows, with `dy/dx = sigmoid(x)`.
package struct Softplus: UnaryOperator {
  package static let function = UnaryFunction.softplus
  package init() {}

  package var derivative: Derivative {
    .partials { site in
      [.value(site.builder.apply(Sigmoid(), [site.operands[0]]))]
    }
  }
}

/// `log(1 + eˣ)` of every element, a smooth `max(x, 0)` that never overflows.
///
/// The result has the operand's shape and type; `dy/dx = sigmoid(x)`.
///
/// The derivative is within 2 units in the last place, in `f32` and `f64`; its own derivative is that of
/// `sigmoid`.
///
/// Mistakes: `.scalarTypeMismatch` unless the operand is `f32` or `f64`.
public func softplus(
  _ x: Value, file: String = #fileID, line: Int = #line
) -> Value {
  x.builder.apply(Softplus(), [x], at: SourceLocation(file: file, line: line))
}

extension Value {
  /// `log(1 + eˣ)` of every element, a smooth `max(x, 0)` that never overflows.
  ///
  /// The method form of `softplus(_:)`.
  public func softplus(file: String = #fileID, line: Int = #line) -> Value {
    AdjointOperators.softplus(self, file: file, line: line)
  }
}

// The page of the reference.
extension Softplus {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .elementwise, "A smooth max(x, 0) of every element, which never overflows.",
      formula: "y = log(1 + eˣ)",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The shape and type of x.",
      reverse: ["x̄ = ȳ · sigmoid(x)"],
      forward: "ẏ = ẋ · sigmoid(x)",
      example: OperatorPage.Example([OperatorPage.Input("x", elements: [0, 1, -2])], "softplus(x)")
      { softplus($1[0]) })
  }
}

extension Softplus {
  package func notation(for operands: [TensorType]) -> Notation? {
    .function("softplus", "\\mathrm{softplus}")
  }
}
