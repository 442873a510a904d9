import AdjointCore
import AdjointGraph
import AdjointKernels

/// The largest element along axes, which the result no longer has.
///
/// Over no element it is −∞, or the extreme of a whole-number type. A NaN makes the
/// result NaN. The derivative goes to the elements equal to the result, in equal shares where there
/// are several, and nothing, not even an infinity or a NaN, to the others; where the result is NaN, it
/// is NaN.
package struct ReduceMax: Reduction {
  package static let mnemonic = "reduce_max"
  package static let combiner = Combiner.maximum

  package let axes: [Int]
  package init(axes: [Int]) { self.axes = axes }

  package var derivative: Derivative { selectionDerivative }

  package static let rewrites: [Rewrite] = commonRewrites
}

extension Value {
  /// The largest of all elements, a scalar.
  ///
  /// The derivative goes to the elements equal to the result, in equal shares where there are
  /// several; where the result is NaN, it is NaN.
  ///
  /// Mistakes: `.invalidArgument` where an axis is out of range or repeated, `.scalarTypeMismatch` for
  /// truth values.
  public func max(file: String = #fileID, line: Int = #line) -> Value {
    max(squeezingAxes: Array(0..<rank), file: file, line: line)
  }

  /// The largest element along axes, which the result no longer has; negative axes count from the
  /// back.
  ///
  /// The derivative goes to the elements equal to the result, in equal shares where there are
  /// several; where the result is NaN, it is NaN.
  ///
  /// Mistakes: `.invalidArgument` where an axis is out of range or repeated, `.scalarTypeMismatch` for
  /// truth values.
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
  /// Mistakes: `.invalidArgument` where an axis is out of range or repeated, `.scalarTypeMismatch` for
  /// truth values.
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
