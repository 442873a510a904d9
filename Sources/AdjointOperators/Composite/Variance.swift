import AdjointCore
import AdjointGraph

extension Value {
  /// The variance of all elements about their mean, a scalar; NaN where there is none.
  ///
  /// `y = Σ (x − mean)² / n`, the variance of a whole population, with `∂y/∂x = 2 (x − mean) / n`.
  ///
  /// Mistakes: `.scalarTypeMismatch` unless this value is `f32` or `f64`.
  public func variance(file: String = #fileID, line: Int = #line) -> Value {
    variance(squeezingAxes: Array(0..<rank), file: file, line: line)
  }

  /// The variance over axes, which the result no longer has; negative axes count from the back.
  ///
  /// Mistakes: `.scalarTypeMismatch` unless this value is `f32` or `f64`, `.invalidArgument` where an axis
  /// is out of range or repeated.
  public func variance(
    squeezingAxes axes: [Int], file: String = #fileID, line: Int = #line
  ) -> Value {
    builder.placed("variance", of: [self], file, line) { () throws(Diagnostic) in
      try type.expectFloatingPoint()
      let axes = try type.normalized(axes: axes)
      let centred = centred(over: axes)
      return (centred * centred).mean(squeezingAxes: axes)
    }
  }

  /// The variance over axes, which keep an extent of 1.
  ///
  /// Mistakes: `.scalarTypeMismatch` unless this value is `f32` or `f64`, `.invalidArgument` where an axis
  /// is out of range or repeated.
  public func variance(
    alongAxes axes: [Int], file: String = #fileID, line: Int = #line
  ) -> Value {
    variance(squeezingAxes: axes, file: file, line: line).restoringAxes(axes, of: self)
  }

  /// The value less its mean over axes, which are not negative.
  func centred(over axes: [Int]) -> Value {
    self - mean(squeezingAxes: axes).repeated(over: self, alongAxes: axes)
  }
}

// Axes as variadics.
extension Value {
  /// The variance over axes, which the result no longer has; negative axes count from the back.
  ///
  /// `variance(squeezingAxes:)` with its axes one by one.
  public func variance(squeezingAxes axes: Int..., file: String = #fileID, line: Int = #line)
    -> Value
  {
    variance(squeezingAxes: axes, file: file, line: line)
  }

  /// The variance over axes, which keep an extent of 1.
  ///
  /// `variance(alongAxes:)` with its axes one by one.
  public func variance(alongAxes axes: Int..., file: String = #fileID, line: Int = #line) -> Value {
    variance(alongAxes: axes, file: file, line: line)
  }
}

// The page of the reference.
extension OperatorPage {
  static let variancePage = OperatorPage(
    "variance", .composite, "The variance over axes about the mean, of a whole population.",
    formula: "y = Σ (x − mean)² / n",
    operands: [OperatorPage.Part("x", "any shape")],
    result: "The other axes of x, or all with the extent 1.",
    attributes: [
      OperatorPage.Part("axes", "the axes, negative ones from the back; all where none are given")
    ],
    reverse: ["x̄ = ȳ · 2 · (x − mean)/n"],
    forward: "ẏ = the mean of 2 · (x − mean) · ẋ",
    conventions: [
      "In Swift `squeezingAxes:` gives this result, and `alongAxes:` one with an "
        + "extent of 1 in place of each axis.", "NaN over no element.",
    ],
    example: OperatorPage.Example(
      [OperatorPage.Input("x", .f64, [2, 3], elements: [3, -1, 2, 0.5, 4, -6])],
      "x.variance(squeezingAxes: 1)"
    ) { $1[0].variance(squeezingAxes: 1) })
}
