import AdjointCore
import AdjointGraph

/// `y = exp(x) / Σ exp(x)`, the sum over axes.
package struct Softmax: AxesComposite {
  package static let mnemonic = "softmax"

  package let axes: [Int]
  package init(axes: [Int]) { self.axes = axes }

  package func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    [try checkedOperand(operands)]
  }

  // In terms of the result, so that the exponentials end with the forward pass, and nothing is divided. The
  // difference overflows where the cotangent is beyond half of the greatest number.
  package var derivative: Derivative {
    .rules(
      vjp: { site, cotangents in [cotangents[0].map { along($0, site.result) }] },
      jvp: { site, tangents in [tangents[0].map { along($0, site.result) }] })
  }

  /// y · (c − Σ c · y): the derivative is symmetric.
  private func along(_ direction: Value, _ y: Value) -> Value {
    y * (direction - repeated(sum(direction * y), over: y))
  }

  package func expansion(of operands: [Value]) throws(Diagnostic) -> [Value] {
    let powers = ShiftedLogSumExp(of: operands[0], over: axes).powers
    return [powers / repeated(sum(powers), over: powers)]
  }
}

/// The exponentials of the elements along an axis, scaled to sum to 1.
///
/// `y_i = exp(x_i) / Σ_k exp(x_k)`, computed from `x − max(x)`, so that no exponential overflows.
/// The result has the operand's shape; `x̄ = y · (ȳ − Σ_k ȳ_k · y_k)`.
///
/// Mistakes: `.scalarTypeMismatch` unless the operand is `f32` or `f64`, `.invalidArgument` for an axis out
/// of range.
public func softmax(
  _ x: Value, axis: Int = -1, file: String = #fileID, line: Int = #line
) -> Value {
  x.builder.placed("softmax", of: [x], file, line) { () throws(Diagnostic) in
    try x.type.expectFloatingPoint()
    return x.builder.apply(Softmax(axes: [try x.type.normalized(axis: axis)]), [x])
  }
}

extension Value {
  /// The exponentials of the elements along an axis, scaled to sum to 1.
  ///
  /// The method form of `softmax(_:axis:)`.
  public func softmax(axis: Int = -1, file: String = #fileID, line: Int = #line) -> Value {
    AdjointOperators.softmax(self, axis: axis, file: file, line: line)
  }
}

// The page of the reference.
extension Softmax {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .composite, "The exponentials along an axis, scaled to sum to 1.",
      formula: "yᵢ = exp(xᵢ) / Σₖ exp(xₖ)",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The shape and type of x.",
      attributes: [
        OperatorPage.Part(
          "axes", "the axes, ascending; in Swift `axis:` is one, the last where it is not given")
      ],
      reverse: ["x̄ = y · (ȳ − Σₖ ȳₖ · yₖ)"],
      forward: "ẏ = y · (ẋ − Σₖ ẋₖ · yₖ)",
      conventions: ["It is computed from x − max(x), so that no exponential overflows."],
      example: OperatorPage.Example(
        [OperatorPage.Input("x", .f64, [2, 3], elements: [3, -1, 2, 0.5, 4, -6])],
        "softmax(x, axis: 1)"
      ) { softmax($1[0], axis: 1) })
  }
}
