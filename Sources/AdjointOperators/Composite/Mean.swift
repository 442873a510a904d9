import AdjointCore
import AdjointGraph

/// The mean over axes, which the result no longer has.
package struct Mean: AxesComposite {
  package static let mnemonic = "mean"

  package let axes: [Int]
  package init(axes: [Int]) { self.axes = axes }

  package func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    [reduced(try checkedOperand(operands))]
  }

  package var derivative: Derivative {
    .movement { site, cotangent in
      let x = site.operands[0]
      return [repeated(cotangent / x.extent(ofAxes: axes, as: x.scalarType), over: x)]
    }
  }

  package func expansion(of operands: [Value]) throws(Diagnostic) -> [Value] {
    let x = operands[0]
    return [sum(x) / x.extent(ofAxes: axes, as: x.scalarType)]
  }
}

extension Value {
  /// The mean of all elements, a scalar; NaN where there is none.
  ///
  /// `y = Σ x / n`, with `∂y/∂x = 1 / n`. An extent known by name counts with the number it is
  /// bound to.
  ///
  /// Mistakes: `.scalarTypeMismatch` unless this value is `f32` or `f64`.
  public func mean(file: String = #fileID, line: Int = #line) -> Value {
    mean(squeezingAxes: Array(0..<rank), file: file, line: line)
  }

  /// The mean over axes, which the result no longer has; negative axes count from the back.
  ///
  /// Mistakes: `.scalarTypeMismatch` unless this value is `f32` or `f64`, `.invalidArgument` where an axis
  /// is out of range or repeated.
  public func mean(
    squeezingAxes axes: [Int], file: String = #fileID, line: Int = #line
  ) -> Value {
    builder.placed("mean", of: [self], file, line) { () throws(Diagnostic) in
      try type.expectFloatingPoint()
      return builder.apply(Mean(axes: try type.normalized(axes: axes)), [self])
    }
  }

  /// The mean over axes, which keep an extent of 1.
  ///
  /// Mistakes: `.scalarTypeMismatch` unless this value is `f32` or `f64`, `.invalidArgument` where an axis
  /// is out of range or repeated.
  public func mean(
    alongAxes axes: [Int], file: String = #fileID, line: Int = #line
  ) -> Value {
    mean(squeezingAxes: axes, file: file, line: line).restoringAxes(axes, of: self)
  }
}

// Axes as variadics.
extension Value {
  /// The mean over axes, which the result no longer has; negative axes count from the back.
  ///
  /// `mean(squeezingAxes:)` with its axes one by one.
  public func mean(squeezingAxes axes: Int..., file: String = #fileID, line: Int = #line) -> Value {
    mean(squeezingAxes: axes, file: file, line: line)
  }

  /// The mean over axes, which keep an extent of 1.
  ///
  /// `mean(alongAxes:)` with its axes one by one.
  public func mean(alongAxes axes: Int..., file: String = #fileID, line: Int = #line) -> Value {
    mean(alongAxes: axes, file: file, line: line)
  }
}

// The page of the reference.
extension Mean {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .composite, "The mean over axes.",
      formula: "y = Σ x / n",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The other axes of x.",
      attributes: [
        OperatorPage.Part(
          "axes",
          "the axes, ascending; in Swift negative ones count from the back, and without any it is all"
        )
      ],
      reverse: ["x̄ = ȳ/n, repeated along the axes"],
      forward: "ẏ = the mean of ẋ",
      conventions: [
        "In Swift `squeezingAxes:` gives this result, and `alongAxes:` one with an "
          + "extent of 1 in place of each axis.",
        "NaN over no element. An extent known by name counts with the number that it "
          + "is bound to.",
      ],
      example: OperatorPage.Example(
        [OperatorPage.Input("x", .f64, [2, 3], elements: [3, -1, 2, 0.5, 4, -6])],
        "x.mean(squeezingAxes: 1)"
      ) { $1[0].mean(squeezingAxes: 1) })
  }
}
