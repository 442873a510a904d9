import Adjoint
import AdjointCore
import AdjointGraph

extension Trainer {
  /// The mean loss over examples with the present parameters, which stay as they are.
  ///
  /// It is the graph's own loss: class weights are no part of it.
  ///
  /// - Throws: `.shapeMismatch` or `.invalidArgument` where the data does not fit the graph.
  public func loss(on data: Dataset) throws(Diagnostic) -> Double {
    try values(of: [.loss], on: data)[.loss] ?? .nan
  }

  /// Metrics over examples with the present parameters, which stay as they are.
  ///
  /// - Throws: as `Evaluator.values(of:on:weights:)`.
  public func values(
    of metrics: [Metric], on data: Dataset
  ) throws(Diagnostic) -> [Metric: Double] {
    try evaluator.values(of: metrics, on: data, weights: weights())
  }
}
