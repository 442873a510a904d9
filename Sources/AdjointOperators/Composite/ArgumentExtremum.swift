import AdjointCore
import AdjointGraph

extension Value {
  /// The position of the largest element along an axis, which the result no longer has.
  ///
  /// Of several equal ones it is the first; a NaN counts as larger than any number, so that the position is
  /// that of the first NaN where there is one. Over nothing it is the largest `i32`. The result is `i32` with
  /// the shape without the axis; it has no derivative. A negative axis counts from the back.
  ///
  /// <!-- given: logits: Value -->
  /// ```swift
  /// let digit = logits.argmax(axis: -1)
  /// ```
  ///
  /// Mistakes: `.scalarTypeMismatch` for truth values, `.invalidArgument` for an axis out of range,
  /// `.invalidType` where the axis has more positions than `i32` holds.
  public func argmax(axis: Int = -1, file: String = #fileID, line: Int = #line) -> Value {
    firstPosition(along: axis, "argmax", file, line) { $0.max(squeezingAxes: [$1]) }
  }

  /// The position of the smallest element along an axis, which the result no longer has.
  ///
  /// As `argmax(axis:)`; a NaN counts as smaller than any number.
  ///
  /// Mistakes: those of `argmax(axis:)`.
  public func argmin(axis: Int = -1, file: String = #fileID, line: Int = #line) -> Value {
    firstPosition(along: axis, "argmin", file, line) { $0.min(squeezingAxes: [$1]) }
  }

  /// The first position along an axis of what a reduction chooses, or of a NaN.
  private func firstPosition(
    along axis: Int, _ name: String, _ file: String, _ line: Int,
    of choose: (Value, Int) -> Value
  ) -> Value {
    builder.placed(
      name, of: [self], like: TensorType(.i32, shape), file, line
    ) { () throws(Diagnostic) in
      try type.expectNumeric()
      let axis = try type.normalized(axis: axis)
      let chosen = choose(self, axis).repeated(over: self, alongAxes: [axis])
      // A NaN equals nothing, itself neither; whole numbers have none.
      let isChosen =
        scalarType.isDifferentiable ? (self .== chosen) .| (self .!= self) : self .== chosen
      let positions = builder.iota(.i32, shape, axis: axis)
      return select(isChosen, positions, Int32.max).min(squeezingAxes: [axis])
    }
  }
}

// The page of the reference.
extension OperatorPage {
  static let argmaxPage = OperatorPage(
    "argmax", .composite, "The position of the largest element along an axis.",
    formula: "y = the first i with xᵢ = max x",
    operands: [OperatorPage.Part("x", "at least one axis")],
    result: "The shape of x without the axis, of type i32.",
    attributes: [
      OperatorPage.Part(
        "axis", "the axis, the last where it is not given; negative ones count from the back")
    ],
    conventions: [
      "Of several equal ones it is the first. A NaN counts as larger than any "
        + "number. Over no element it is the largest i32."
    ],
    example: OperatorPage.Example(
      [OperatorPage.Input("x", .f64, [2, 3], elements: [3, -1, 2, 0.5, 4, -6])], "x.argmax(axis: 1)"
    ) { $1[0].argmax(axis: 1) })
}

extension OperatorPage {
  static let argminPage = OperatorPage(
    "argmin", .composite, "The position of the smallest element along an axis.",
    formula: "y = the first i with xᵢ = min x",
    operands: [OperatorPage.Part("x", "at least one axis")],
    result: "The shape of x without the axis, of type i32.",
    attributes: [
      OperatorPage.Part(
        "axis", "the axis, the last where it is not given; negative ones count from the back")
    ],
    conventions: [
      "Of several equal ones it is the first. A NaN counts as smaller than any "
        + "number. Over no element it is the largest i32."
    ],
    example: OperatorPage.Example(
      [OperatorPage.Input("x", .f64, [2, 3], elements: [3, -1, 2, 0.5, 4, -6])], "x.argmin(axis: 1)"
    ) { $1[0].argmin(axis: 1) })
}
