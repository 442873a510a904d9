import AdjointCore
import AdjointGraph

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
    let axes = [try x.type.normalized(axis: axis)]
    let exponential = exp(x.shifted(by: x.largest(over: axes), over: axes))
    let total = exponential.sum(squeezingAxes: axes)
    return exponential / total.repeated(over: x, alongAxes: axes)
  }
}

/// The logarithm of the softmax along an axis, without forming the softmax.
///
/// `y_i = x_i − log Σ_k exp(x_k)`, computed from `x − max(x)`. The result has the operand's shape;
/// `x̄_i = ȳ_i − softmax(x)_i · Σ_k ȳ_k`.
///
/// Mistakes: `.scalarTypeMismatch` unless the operand is `f32` or `f64`, `.invalidArgument` for an axis out
/// of range.
public func logSoftmax(
  _ x: Value, axis: Int = -1, file: String = #fileID, line: Int = #line
) -> Value {
  x.builder.placed("logSoftmax", of: [x], file, line) { () throws(Diagnostic) in
    try x.type.expectFloatingPoint()
    let axes = [try x.type.normalized(axis: axis)]
    let shifted = x.shifted(by: x.largest(over: axes), over: axes)
    let total = log(exp(shifted).sum(squeezingAxes: axes))
    return shifted.shifted(by: total, over: axes)
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
    return try ShiftedLogSumExp(of: x, over: x.type.normalized(axes: axes)).sum()
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
  /// The largest elements over axes, held constant: a shift that cancels has no derivative.
  fileprivate func largest(over axes: [Int]) -> Value {
    AdjointOperators.stopGradient(max(squeezingAxes: axes))
  }
}

extension Value {
  /// The exponentials of the elements along an axis, scaled to sum to 1.
  ///
  /// The method form of `softmax(_:axis:)`.
  public func softmax(axis: Int = -1, file: String = #fileID, line: Int = #line) -> Value {
    AdjointOperators.softmax(self, axis: axis, file: file, line: line)
  }

  /// The logarithm of the softmax along an axis, without forming the softmax.
  ///
  /// The method form of `logSoftmax(_:axis:)`.
  public func logSoftmax(axis: Int = -1, file: String = #fileID, line: Int = #line) -> Value {
    AdjointOperators.logSoftmax(self, axis: axis, file: file, line: line)
  }

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
extension OperatorPage {
  static let softmaxPage = OperatorPage(
    "softmax", .composite, "The exponentials along an axis, scaled to sum to 1.",
    formula: "yᵢ = exp(xᵢ) / Σₖ exp(xₖ)",
    operands: [OperatorPage.Part("x", "any shape")],
    result: "The shape and type of x.",
    attributes: [
      OperatorPage.Part(
        "axis", "the axis, the last where it is not given; negative ones count from the back")
    ],
    reverse: ["x̄ = y · (ȳ − Σₖ ȳₖ · yₖ)"],
    forward: "ẏ = y · (ẋ − Σₖ ẋₖ · yₖ)",
    conventions: ["It is computed from x − max(x), so that no exponential overflows."],
    example: OperatorPage.Example(
      [OperatorPage.Input("x", .f64, [2, 3], elements: [3, -1, 2, 0.5, 4, -6])],
      "softmax(x, axis: 1)"
    ) { softmax($1[0], axis: 1) })
}

extension OperatorPage {
  static let logSoftmaxPage = OperatorPage(
    "logSoftmax", .composite, "The logarithm of the softmax, without forming the softmax.",
    formula: "yᵢ = xᵢ − log Σₖ exp(xₖ)",
    operands: [OperatorPage.Part("x", "any shape")],
    result: "The shape and type of x.",
    attributes: [
      OperatorPage.Part(
        "axis", "the axis, the last where it is not given; negative ones count from the back")
    ],
    reverse: ["x̄ᵢ = ȳᵢ − softmax(x)ᵢ · Σₖ ȳₖ"],
    forward: "ẏᵢ = ẋᵢ − Σₖ softmax(x)ₖ · ẋₖ",
    conventions: ["It is computed from x − max(x), so that no exponential overflows."],
    example: OperatorPage.Example(
      [OperatorPage.Input("x", .f64, [2, 3], elements: [3, -1, 2, 0.5, 4, -6])],
      "logSoftmax(x, axis: 1)"
    ) { logSoftmax($1[0], axis: 1) })
}

extension OperatorPage {
  static let logSumExpPage = OperatorPage(
    "logSumExp", .composite, "The logarithm of the sum of the exponentials over axes.",
    formula: "y = log Σₖ exp(xₖ)",
    operands: [OperatorPage.Part("x", "any shape")],
    result: "The other axes of x, or all with the extent 1.",
    attributes: [OperatorPage.Part("axes", "the axes; negative ones count from the back")],
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
