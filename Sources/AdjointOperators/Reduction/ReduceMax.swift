import AdjointCore
import AdjointGraph
import AdjointKernels

/// The largest element along axes, which the result no longer has.
///
/// Over no element it is −∞, or the extreme of a whole-number type. A NaN makes the result NaN. Of
/// truth values it is the disjunction; over none of them it is false. The derivative goes to the
/// elements equal to the result, in equal shares where there are several, and nothing, not even an
/// infinity or a NaN, to the others; where the result is NaN, it is NaN.
package struct ReduceMax: Reduction {
  package static let mnemonic = "reduce_max"
  package static let takesTruthValues = true
  package static let combiner = Combiner.maximum

  package let axes: [Int]
  package init(axes: [Int]) { self.axes = axes }

  package var derivative: Derivative { selectionDerivative }
}

extension Value {
  /// The largest of all elements, a scalar.
  ///
  /// The derivative goes to the elements equal to the result, in equal shares where there are
  /// several; where the result is NaN, it is NaN.
  ///
  /// Of truth values it is what `any` gives.
  ///
  /// Mistakes: `.invalidArgument` where an axis is out of range or repeated.
  public func max(file: String = #fileID, line: Int = #line) -> Value {
    max(squeezingAxes: Array(0..<rank), file: file, line: line)
  }

  /// The largest element along axes, which the result no longer has; negative axes count from the
  /// back.
  ///
  /// The derivative goes to the elements equal to the result, in equal shares where there are
  /// several; where the result is NaN, it is NaN.
  ///
  /// Of truth values it is what `any` gives.
  ///
  /// Mistakes: `.invalidArgument` where an axis is out of range or repeated.
  public func max(
    squeezingAxes axes: [Int], file: String = #fileID, line: Int = #line
  ) -> Value {
    reduced(axes, by: ReduceMax.self, file, line)
  }

  /// The largest element along axes, which keep an extent of 1.
  ///
  /// The derivative goes to the elements equal to the result, in equal shares where there are
  /// several; where the result is NaN, it is NaN.
  ///
  /// Of truth values it is what `any` gives.
  ///
  /// Mistakes: `.invalidArgument` where an axis is out of range or repeated.
  public func max(
    alongAxes axes: [Int], file: String = #fileID, line: Int = #line
  ) -> Value {
    reducedKeepingAxes(axes, by: ReduceMax.self, file, line)
  }
}

// Axes as variadics.
extension Value {
  /// The largest element along axes, which the result no longer has; negative axes count from the back.
  ///
  /// `max(squeezingAxes:)` with its axes one by one.
  public func max(squeezingAxes axes: Int..., file: String = #fileID, line: Int = #line) -> Value {
    max(squeezingAxes: axes, file: file, line: line)
  }

  /// The largest element along axes, which keep an extent of 1.
  ///
  /// `max(alongAxes:)` with its axes one by one.
  public func max(alongAxes axes: Int..., file: String = #fileID, line: Int = #line) -> Value {
    max(alongAxes: axes, file: file, line: line)
  }
}

// Truth values.
extension Value {
  /// Whether at least one element is true, a scalar; false where there is none.
  ///
  /// `y = ∨ x`, for `bool`; it has no derivative.
  ///
  /// Mistakes: `.scalarTypeMismatch` for anything but truth values.
  public func any(file: String = #fileID, line: Int = #line) -> Value {
    any(squeezingAxes: Array(0..<rank), file: file, line: line)
  }

  /// Whether one element along axes is true; the result no longer has the axes, of which negative ones count from the back.
  ///
  /// `y = ∨ x`, for `bool`, and false over no element; it has no derivative.
  ///
  /// Mistakes: `.invalidArgument` where an axis is out of range or repeated, `.scalarTypeMismatch` for
  /// anything but truth values.
  public func any(
    squeezingAxes axes: [Int], file: String = #fileID, line: Int = #line
  ) -> Value {
    reducedTruth(axes, by: ReduceMax.self, as: "any", file, line)
  }

  /// Whether one element along axes is true; the axes keep an extent of 1.
  ///
  /// `y = ∨ x`, for `bool`, and false over no element; it has no derivative.
  ///
  /// Mistakes: `.invalidArgument` where an axis is out of range or repeated, `.scalarTypeMismatch` for
  /// anything but truth values.
  public func any(
    alongAxes axes: [Int], file: String = #fileID, line: Int = #line
  ) -> Value {
    any(squeezingAxes: axes, file: file, line: line).restoringAxes(axes, of: self)
  }

  /// Whether one element along axes is true; the result no longer has the axes.
  ///
  /// `any(squeezingAxes:)` with its axes one by one.
  public func any(squeezingAxes axes: Int..., file: String = #fileID, line: Int = #line) -> Value {
    any(squeezingAxes: axes, file: file, line: line)
  }

  /// Whether one element along axes is true; the axes keep an extent of 1.
  ///
  /// `any(alongAxes:)` with its axes one by one.
  public func any(alongAxes axes: Int..., file: String = #fileID, line: Int = #line) -> Value {
    any(alongAxes: axes, file: file, line: line)
  }
}

// The page of the reference.
extension ReduceMax {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .reduction, "The largest element over axes.",
      formula: "y = max x over `axes`",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The other axes of x, of its type.",
      attributes: [
        OperatorPage.Part(
          "axes", "the axes that are combined over, ascending; the result does not have them")
      ],
      reverse: ["x̄ = ȳ/n at the n elements equal to y, 0 elsewhere"],
      forward: "ẏ = the mean of ẋ over the elements equal to y",
      conventions: [
        "Over no element it is −∞, or the extreme of a whole-number type.",
        "A NaN makes the result NaN, and the derivative too.",
        "Nothing passes to elements that do not equal the result, not even an infinity "
          + "or a NaN.",
        "Of truth values it is the disjunction; over none of them it is false. In "
          + "Swift that is `any(squeezingAxes:)`.",
        "In Swift `squeezingAxes:` gives this result, and `alongAxes:` one with an "
          + "extent of 1 in place of each axis.",
      ],
      example: OperatorPage.Example(
        [OperatorPage.Input("x", .f64, [2, 3], elements: [3, -1, 2, 0.5, 4, -6])],
        "x.max(squeezingAxes: 1)"
      ) { $1[0].max(squeezingAxes: 1) })
  }
}

extension OperatorPage {
  static let anyPage = OperatorPage(
    "any", .composite, "Whether at least one element over axes is true.",
    formula: "y = ∨ x",
    operands: [OperatorPage.Part("x", "any shape")],
    result: "The other axes of x, or all with the extent 1, of type bool.",
    attributes: [
      OperatorPage.Part("axes", "the axes, negative ones from the back; all where none are given")
    ],
    conventions: [
      "Over no element it is false.",
      "In Swift `squeezingAxes:` gives this result, and `alongAxes:` one with an "
        + "extent of 1 in place of each axis.",
    ],
    example: OperatorPage.Example(
      [OperatorPage.Input("x", .bool, [2, 3], elements: [0, 1, 0, 0, 0, 0])],
      "x.any(squeezingAxes: 1)"
    ) { $1[0].any(squeezingAxes: 1) })
}

extension ReduceMax {
  package func notation(for operands: [TensorType]) -> Notation? {
    .reduction("max", "\\max", over: axes, of: operands[0].rank)
  }
}
