import AdjointCore
import AdjointGraph

/// The variance over axes about the mean, which the result no longer has.
package struct Variance: AxesComposite {
  package static let mnemonic = "variance"

  package let axes: [Int]
  package init(axes: [Int]) { self.axes = axes }

  package func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    [reduced(try checkedOperand(operands))]
  }

  // The mean moves with the elements, but Σ (x − mean) is 0.
  package var derivative: Derivative {
    .rules(
      vjp: { site, cotangents in
        guard let cotangent = cotangents[0] else { return [nil] }
        let x = site.operands[0]
        let scale = 2 * cotangent / x.extent(ofAxes: axes, as: x.scalarType)
        return [x.centred(over: axes) * repeated(scale, over: x)]
      },
      jvp: { site, tangents in
        guard let tangent = tangents[0] else { return [nil] }
        let products = site.operands[0].centred(over: axes) * tangent
        return [2 * products.mean(squeezingAxes: axes)]
      })
  }

  package func expansion(of operands: [Value]) throws(Diagnostic) -> [Value] {
    let centred = operands[0].centred(over: axes)
    return [(centred * centred).mean(squeezingAxes: axes)]
  }
}

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
      return builder.apply(Variance(axes: try type.normalized(axes: axes)), [self])
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
extension Variance {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .composite, "The variance over axes about the mean, of a whole population.",
      formula: "y = Σ (x − mean)² / n",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The other axes of x.",
      attributes: [
        OperatorPage.Part(
          "axes",
          "the axes, ascending; in Swift negative ones count from the back, and without any it is all"
        )
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
}
