import AdjointCore
import AdjointGraph
import AdjointKernels

/// The smallest element along axes, which the result no longer has.
///
/// Over no element it is ∞, or the extreme of a whole-number type. A NaN makes the result NaN. Of
/// truth values it is the conjunction; over none of them it is true. The derivative goes to the
/// elements equal to the result, in equal shares where there are several, and nothing, not even an
/// infinity or a NaN, to the others; where the result is NaN, it is NaN.
package struct ReduceMin: Reduction {
  package static let mnemonic = "reduce_min"
  package static let takesTruthValues = true
  package static let combiner = Combiner.minimum

  package let axes: [Int]
  package init(axes: [Int]) { self.axes = axes }

  package var derivative: Derivative { selectionDerivative }
}

extension Value {
  /// The smallest of all elements, a scalar.
  ///
  /// The derivative goes to the elements equal to the result, in equal shares where there are
  /// several; where the result is NaN, it is NaN.
  ///
  /// Of truth values it is what `all` gives.
  ///
  /// Mistakes: `.invalidArgument` where an axis is out of range or repeated.
  public func min(file: String = #fileID, line: Int = #line) -> Value {
    min(squeezingAxes: Array(0..<rank), file: file, line: line)
  }

  /// The smallest element along axes, which the result no longer has; negative axes count from the
  /// back.
  ///
  /// The derivative goes to the elements equal to the result, in equal shares where there are
  /// several; where the result is NaN, it is NaN.
  ///
  /// Of truth values it is what `all` gives.
  ///
  /// Mistakes: `.invalidArgument` where an axis is out of range or repeated.
  public func min(
    squeezingAxes axes: [Int], file: String = #fileID, line: Int = #line
  ) -> Value {
    reduced(axes, by: ReduceMin.self, file, line)
  }

  /// The smallest element along axes, which keep an extent of 1.
  ///
  /// The derivative goes to the elements equal to the result, in equal shares where there are
  /// several; where the result is NaN, it is NaN.
  ///
  /// Of truth values it is what `all` gives.
  ///
  /// Mistakes: `.invalidArgument` where an axis is out of range or repeated.
  public func min(
    alongAxes axes: [Int], file: String = #fileID, line: Int = #line
  ) -> Value {
    reducedKeepingAxes(axes, by: ReduceMin.self, file, line)
  }
}

// Axes as variadics.
extension Value {
  /// The smallest element along axes, which the result no longer has; negative axes count from the back.
  ///
  /// `min(squeezingAxes:)` with its axes one by one.
  public func min(squeezingAxes axes: Int..., file: String = #fileID, line: Int = #line) -> Value {
    min(squeezingAxes: axes, file: file, line: line)
  }

  /// The smallest element along axes, which keep an extent of 1.
  ///
  /// `min(alongAxes:)` with its axes one by one.
  public func min(alongAxes axes: Int..., file: String = #fileID, line: Int = #line) -> Value {
    min(alongAxes: axes, file: file, line: line)
  }
}

// Truth values.
extension Value {
  /// Whether all elements are true, a scalar; true where there is none.
  ///
  /// `y = ∧ x`, for `bool`; it has no derivative.
  ///
  /// Mistakes: `.scalarTypeMismatch` for anything but truth values.
  public func all(file: String = #fileID, line: Int = #line) -> Value {
    all(squeezingAxes: Array(0..<rank), file: file, line: line)
  }

  /// Whether all elements along axes are true; the result no longer has the axes, of which negative ones count from the back.
  ///
  /// `y = ∧ x`, for `bool`, and true over no element; it has no derivative.
  ///
  /// Mistakes: `.invalidArgument` where an axis is out of range or repeated, `.scalarTypeMismatch` for
  /// anything but truth values.
  public func all(
    squeezingAxes axes: [Int], file: String = #fileID, line: Int = #line
  ) -> Value {
    reducedTruth(axes, by: ReduceMin.self, as: "all", file, line)
  }

  /// Whether all elements along axes are true; the axes keep an extent of 1.
  ///
  /// `y = ∧ x`, for `bool`, and true over no element; it has no derivative.
  ///
  /// Mistakes: `.invalidArgument` where an axis is out of range or repeated, `.scalarTypeMismatch` for
  /// anything but truth values.
  public func all(
    alongAxes axes: [Int], file: String = #fileID, line: Int = #line
  ) -> Value {
    all(squeezingAxes: axes, file: file, line: line).restoringAxes(axes, of: self)
  }

  /// Whether all elements along axes are true; the result no longer has the axes.
  ///
  /// `all(squeezingAxes:)` with its axes one by one.
  public func all(squeezingAxes axes: Int..., file: String = #fileID, line: Int = #line) -> Value {
    all(squeezingAxes: axes, file: file, line: line)
  }

  /// Whether all elements along axes are true; the axes keep an extent of 1.
  ///
  /// `all(alongAxes:)` with its axes one by one.
  public func all(alongAxes axes: Int..., file: String = #fileID, line: Int = #line) -> Value {
    all(alongAxes: axes, file: file, line: line)
  }
}

// The page of the reference.
extension ReduceMin {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .reduction, "The smallest element over axes.",
      formula: "y = min x over `axes`",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The other axes of x, of its type.",
      attributes: [
        OperatorPage.Part(
          "axes", "the axes that are combined over, ascending; the result does not have them")
      ],
      reverse: ["x̄ = ȳ/n at the n elements equal to y, 0 elsewhere"],
      forward: "ẏ = the mean of ẋ over the elements equal to y",
      conventions: [
        "Over no element it is ∞, or the extreme of a whole-number type.",
        "A NaN makes the result NaN, and the derivative too.",
        "Nothing passes to elements that do not equal the result, not even an infinity "
          + "or a NaN.",
        "Of truth values it is the conjunction; over none of them it is true. In Swift "
          + "that is `all(squeezingAxes:)`.",
        "In Swift `squeezingAxes:` gives this result, and `alongAxes:` one with an "
          + "extent of 1 in place of each axis.",
      ],
      example: OperatorPage.Example(
        [OperatorPage.Input("x", .f64, [2, 3], elements: [3, -1, 2, 0.5, 4, -6])],
        "x.min(squeezingAxes: 1)"
      ) { $1[0].min(squeezingAxes: 1) })
  }
}

extension OperatorPage {
  static let allPage = OperatorPage(
    "all", .composite, "Whether every element over axes is true.",
    formula: "y = ∧ x",
    operands: [OperatorPage.Part("x", "any shape")],
    result: "The other axes of x, or all with the extent 1, of type bool.",
    attributes: [
      OperatorPage.Part("axes", "the axes, negative ones from the back; all where none are given")
    ],
    conventions: [
      "Over no element it is true.",
      "In Swift `squeezingAxes:` gives this result, and `alongAxes:` one with an "
        + "extent of 1 in place of each axis.",
    ],
    example: OperatorPage.Example(
      [OperatorPage.Input("x", .bool, [2, 3], elements: [1, 1, 1, 0, 1, 1])],
      "x.all(squeezingAxes: 1)"
    ) { $1[0].all(squeezingAxes: 1) })
}

extension ReduceMin {
  package func notation(for operands: [TensorType]) -> Notation? {
    .reduction("min", "\\min", over: axes, of: operands[0].rank)
  }
}
