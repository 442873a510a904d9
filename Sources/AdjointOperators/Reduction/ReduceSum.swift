import AdjointCore
import AdjointGraph
import AdjointKernels

/// The sum over axes, which the result no longer has.
///
/// Its transpose is a broadcast.
package struct ReduceSum: Reduction {
  package static let mnemonic = "reduce_sum"
  package static let combiner = Combiner.sum

  package let axes: [Int]
  package init(axes: [Int]) { self.axes = axes }

  package var derivative: Derivative {
    .movement { site, cotangent in
      [broadcastBack(cotangent, over: site.operands[0])]
    }
  }
}

extension Value {
  /// The sum of all elements, a scalar; 0 where there is none.
  ///
  /// `y = Σ x`, with `∂y/∂x = 1`.
  ///
  /// Mistakes: `.invalidArgument` where an axis is out of range or repeated, `.scalarTypeMismatch` for
  /// truth values.
  public func sum(file: String = #fileID, line: Int = #line) -> Value {
    sum(squeezingAxes: Array(0..<rank), file: file, line: line)
  }

  /// The sum over axes, which the result no longer has; negative axes count from the back.
  ///
  /// `y = Σ x`, with `∂y/∂x = 1`.
  ///
  /// Mistakes: `.invalidArgument` where an axis is out of range or repeated, `.scalarTypeMismatch` for
  /// truth values.
  public func sum(
    squeezingAxes axes: [Int], file: String = #fileID, line: Int = #line
  ) -> Value {
    reduced(axes, by: ReduceSum.self, file, line)
  }

  /// The sum over axes, which keep an extent of 1.
  ///
  /// `y = Σ x`, with `∂y/∂x = 1`.
  ///
  /// Mistakes: `.invalidArgument` where an axis is out of range or repeated, `.scalarTypeMismatch` for
  /// truth values.
  public func sum(
    alongAxes axes: [Int], file: String = #fileID, line: Int = #line
  ) -> Value {
    reducedKeepingAxes(axes, by: ReduceSum.self, file, line)
  }
}

// Axes as variadics.
extension Value {
  /// The sum over axes, which the result no longer has; negative axes count from the back.
  ///
  /// `sum(squeezingAxes:)` with its axes one by one.
  public func sum(squeezingAxes axes: Int..., file: String = #fileID, line: Int = #line) -> Value {
    sum(squeezingAxes: axes, file: file, line: line)
  }

  /// The sum over axes, which keep an extent of 1.
  ///
  /// `sum(alongAxes:)` with its axes one by one.
  public func sum(alongAxes axes: Int..., file: String = #fileID, line: Int = #line) -> Value {
    sum(alongAxes: axes, file: file, line: line)
  }
}

// The page of the reference.
extension ReduceSum {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .reduction, "The sum over axes.",
      formula: "y = Σ x over `axes`",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The other axes of x, of its type.",
      attributes: [
        OperatorPage.Part(
          "axes", "the axes that are combined over, ascending; the result does not have them")
      ],
      reverse: ["x̄ = ȳ, repeated along the axes"],
      forward: "ẏ = the sum of ẋ over the axes",
      conventions: [
        "Over no element it is 0.", "Arithmetic of whole numbers wraps around.",
        "In Swift `squeezingAxes:` gives this result, and `alongAxes:` one with an "
          + "extent of 1 in place of each axis.",
      ],
      example: OperatorPage.Example(
        [OperatorPage.Input("x", .f64, [2, 3], elements: [3, -1, 2, 0.5, 4, -6])],
        "x.sum(squeezingAxes: 1)"
      ) { $1[0].sum(squeezingAxes: 1) })
  }
}

extension ReduceSum {
  package func notation(for operands: [TensorType]) -> Notation? {
    .reduction("Σ", "\\sum", over: axes, of: operands[0].rank)
  }
}
