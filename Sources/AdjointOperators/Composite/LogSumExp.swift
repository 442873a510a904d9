import AdjointCore
import AdjointGraph

/// `y = log Σ exp(x)`, the sum over axes, which the result no longer has.
package struct LogSumExp: AxesComposite {
  package static let mnemonic = "log_sum_exp"

  package let axes: [Int]
  package init(axes: [Int]) { self.axes = axes }

  package func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    [reduced(try checkedOperand(operands))]
  }

  package var derivative: Derivative { sumOfExponentialsDerivative }

  package func expansion(of operands: [Value]) throws(Diagnostic) -> [Value] {
    [ShiftedLogSumExp(of: operands[0], over: axes).sum()]
  }
}

extension AxesComposite {
  /// That of log Σ exp(x): the softmax.
  var sumOfExponentialsDerivative: Derivative {
    .rules(
      vjp: { site, cotangents in
        guard let cotangent = cotangents[0] else { return [nil] }
        let softmax = site.builder.apply(Softmax(axes: axes), site.operands)
        return [softmax * repeated(cotangent, over: softmax)]
      },
      jvp: { site, tangents in
        guard let tangent = tangents[0] else { return [nil] }
        return [sum(site.builder.apply(Softmax(axes: axes), site.operands) * tangent)]
      })
  }
}

/// The logarithm of the sum of the exponentials over axes, which the result no longer has.
///
/// `y = log Σ_k exp(x_k)`, computed as `m + log Σ_k exp(x_k − m)` with the largest element m, so
/// that it neither overflows nor loses small sums; over nothing but −∞ it is −∞. `x̄ = softmax(x) ·
/// ȳ`.
///
/// Mistakes: `.scalarTypeMismatch` unless the operand is `f32` or `f64`, `.invalidArgument` where an axis
/// is out of range or repeated.
public func logSumExp(
  _ x: Value, squeezingAxes axes: [Int], file: String = #fileID, line: Int = #line
) -> Value {
  x.builder.placed("logSumExp", of: [x], file, line) { () throws(Diagnostic) in
    try x.type.expectFloatingPoint()
    return x.builder.apply(LogSumExp(axes: try x.type.normalized(axes: axes)), [x])
  }
}

/// The logarithm of the sum of the exponentials over axes, which keep an extent of 1.
///
/// See `logSumExp(_:squeezingAxes:)`.
///
/// Mistakes: `.scalarTypeMismatch` unless the operand is `f32` or `f64`, `.invalidArgument` where an axis
/// is out of range or repeated.
public func logSumExp(
  _ x: Value, alongAxes axes: [Int], file: String = #fileID, line: Int = #line
) -> Value {
  logSumExp(x, squeezingAxes: axes, file: file, line: line).restoringAxes(axes, of: x)
}

extension Value {
  /// The logarithm of the sum of the exponentials over axes, which the result no longer has.
  ///
  /// The method form of `logSumExp(_:squeezingAxes:)`.
  public func logSumExp(squeezingAxes axes: [Int], file: String = #fileID, line: Int = #line)
    -> Value
  {
    AdjointOperators.logSumExp(self, squeezingAxes: axes, file: file, line: line)
  }

  /// The logarithm of the sum of the exponentials over axes, which keep an extent of 1.
  ///
  /// The method form of `logSumExp(_:alongAxes:)`.
  public func logSumExp(alongAxes axes: [Int], file: String = #fileID, line: Int = #line) -> Value {
    AdjointOperators.logSumExp(self, alongAxes: axes, file: file, line: line)
  }
}

// Axes as variadics.
extension Value {
  /// The logarithm of the sum of the exponentials over axes, which the result no longer has.
  ///
  /// `logSumExp(squeezingAxes:)` with its axes one by one.
  public func logSumExp(squeezingAxes axes: Int..., file: String = #fileID, line: Int = #line)
    -> Value
  {
    logSumExp(squeezingAxes: axes, file: file, line: line)
  }

  /// The logarithm of the sum of the exponentials over axes, which keep an extent of 1.
  ///
  /// `logSumExp(alongAxes:)` with its axes one by one.
  public func logSumExp(alongAxes axes: Int..., file: String = #fileID, line: Int = #line) -> Value
  {
    logSumExp(alongAxes: axes, file: file, line: line)
  }
}

// The page of the reference.
extension LogSumExp {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .composite, "The logarithm of the sum of the exponentials over axes.",
      formula: "y = log Σₖ exp(xₖ)",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The other axes of x.",
      attributes: [
        OperatorPage.Part("axes", "the axes, ascending; in Swift negative ones count from the back")
      ],
      reverse: ["x̄ = ȳ · softmax(x)"],
      forward: "ẏ = Σₖ softmax(x)ₖ · ẋₖ",
      conventions: [
        "In Swift `squeezingAxes:` gives this result, and `alongAxes:` one with an "
          + "extent of 1 in place of each axis.",
        "It neither overflows nor loses small sums. Over nothing but −∞ it is −∞.",
      ],
      example: OperatorPage.Example(
        [OperatorPage.Input("x", .f64, [2, 3], elements: [3, -1, 2, 0.5, 4, -6])],
        "logSumExp(x, squeezingAxes: [1])"
      ) { logSumExp($1[0], squeezingAxes: [1]) })
  }
}
