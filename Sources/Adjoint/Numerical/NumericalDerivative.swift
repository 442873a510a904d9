import AdjointCore

/// A derivative from values of a function, with an estimate of its error.
///
/// It knows nothing of the formula: it is for functions whose derivative is in doubt, and for checking. Where a
/// graph has a derivative, `Graph.differentiated(_:withRespectTo:mode:options:)` gives it to the last digits and
/// for all elements at once. At a kink a difference is the mean of the slopes to both sides, and no estimate tells;
/// a function that oscillates within the first step may deceive the estimate.
public struct NumericalDerivative: Hashable, Sendable {
  /// The derivative, of type f64; NaN where no step gives finite values.
  public let derivative: Tensor
  /// How far each element is from the true derivative, by estimate; infinite where there is none.
  public let error: Tensor
  /// The shortest step that each element is made of.
  public let step: Tensor
  /// How often the function was evaluated.
  public let evaluationCount: Int

  init(
    _ estimates: [DifferenceTable.Estimate], extents: [Int], evaluations: Int
  ) throws(Diagnostic) {
    derivative = try Tensor(.f64(estimates.map(\.derivative)), extents: extents)
    error = try Tensor(.f64(estimates.map(\.error)), extents: extents)
    step = try Tensor(.f64(estimates.map(\.step)), extents: extents)
    evaluationCount = evaluations
  }
}
