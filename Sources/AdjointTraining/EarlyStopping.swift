import AdjointCore

/// When a training ends before its last epoch: once a metric on data that is not trained on has not become
/// better for some epochs.
///
/// Where the training ends, early or not, the parameters become those of the best epoch; the
/// optimizer's state stays that of the last.
public struct EarlyStopping: Hashable, Sendable {
  /// The metric on the validation data.
  public var metric: Metric
  /// The number of epochs in a row without a better value after which the training ends, at least 1.
  public var patience: Int
  /// The least change that counts as better, from 0 on.
  public var minimumChange: Double

  /// A rule; each part has a sensible default.
  public init(metric: Metric = .loss, patience: Int = 5, minimumChange: Double = 0) {
    self.metric = metric
    self.patience = patience
    self.minimumChange = minimumChange
  }

  /// - Throws: `.invalidArgument` for a patience or change out of range.
  func check() throws(Diagnostic) {
    guard patience > 0 else {
      throw Diagnostic(
        .invalidArgument, "the patience of early stopping must be at least 1 epoch, not \(patience)"
      )
    }
    guard minimumChange.isFinite, minimumChange >= 0 else {
      throw Diagnostic(
        .invalidArgument,
        "the least change for early stopping cannot be \(NumberLiteral(minimumChange)); give a finite number "
          + "from 0 on")
    }
  }

  /// Whether a value is better than the best so far; one that is no number never is.
  func isBetter(_ value: Double, than best: Double?) -> Bool {
    guard !value.isNaN else { return false }
    guard let best else { return true }
    return metric.isBetterWhenLarger ? value - best > minimumChange : best - value > minimumChange
  }
}

/// The best epoch of a training that is stopped early.
public struct BestEpoch: Hashable, Sendable {
  /// The epoch, from 1.
  public let epoch: Int
  /// What it is the best by.
  public let metric: Metric
  /// The value of the metric.
  public let value: Double
  /// The parameters of the graph after it.
  public let weights: [String: Tensor]
}

/// What is known after an epoch.
public struct EpochReport: Hashable, Sendable {
  /// The epoch, from 1.
  public let epoch: Int
  /// The mean loss over its steps, each with the parameters that it found.
  public let loss: Double
  /// Metrics on the training data with the parameters after the epoch, those that were asked for.
  public let training: [Metric: Double]
  /// Metrics on the validation data with the parameters after the epoch.
  public let validation: [Metric: Double]
  /// The time that its steps took in this training, without the metrics.
  public let duration: Duration
  /// Whether it is the best epoch so far; false without early stopping.
  public let isBest: Bool
  /// Whether the training ends with it, before its last epoch.
  public let stopsEarly: Bool
}
