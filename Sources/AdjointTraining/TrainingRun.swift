import Adjoint
import AdjointCore

/// Steps until enough epochs are done, with what is told and decided after each epoch.
final class TrainingRun {
  private let trainer: Trainer
  private let epochs: Int
  private let validation: Dataset?
  private let metrics: [Metric]
  private let trainingMetrics: [Metric]
  private let stopping: EarlyStopping?
  private var isChecked = false
  /// The time that the steps of the present epoch took.
  private var duration = Duration.zero
  private let clock = ContinuousClock()

  init(
    _ trainer: Trainer, epochs: Int, validation: Dataset?, metrics: [Metric],
    trainingMetrics: [Metric], stopping: EarlyStopping?
  ) {
    self.trainer = trainer
    self.epochs = epochs
    self.validation = validation
    self.metrics = metrics
    self.trainingMetrics = trainingMetrics
    self.stopping = stopping
  }

  /// The next step; nil where all are done.
  func next() throws(Diagnostic) -> Trainer.Progress? {
    try check()
    guard trainer.epochLosses.count < epochs, !hasStopped else { return nil }
    let start = clock.now
    var progress = try trainer.runStep()
    duration += clock.now - start
    if progress.endsEpoch { progress.report = try report(progress) }
    return progress
  }

  /// Whether the best epoch is too long ago, also in a training that is resumed.
  private var hasStopped: Bool {
    guard let stopping, let best = trainer.best, best.metric == stopping.metric else {
      return false
    }
    return trainer.stepsDone == 0 && trainer.epochLosses.count - best.epoch >= stopping.patience
  }

  /// Refuses arguments that do not go together, before the first step.
  private func check() throws(Diagnostic) {
    guard !isChecked else { return }
    if let stopping {
      try stopping.check()
      guard validation != nil else {
        throw Diagnostic(
          .invalidArgument,
          "early stopping judges by the \(stopping.metric) on examples that are not trained on; give validation "
            + "data")
      }
    }
    guard validation != nil || metrics.isEmpty else {
      throw Diagnostic(
        .invalidArgument,
        "metrics are of examples that are not trained on; give validation data, or ask for metrics of the "
          + "training data")
    }
    if let validation { try trainer.evaluator.check(validationMetrics, of: validation) }
    if !trainingMetrics.isEmpty { try trainer.evaluator.check(trainingMetrics) }
    isChecked = true
  }

  private var validationMetrics: [Metric] {
    guard let stopping, !metrics.contains(stopping.metric) else { return metrics }
    return metrics + [stopping.metric]
  }

  private func report(_ progress: Trainer.Progress) throws(Diagnostic) -> EpochReport {
    var values: [Metric: Double] = [:]
    if let validation { values = try trainer.values(of: validationMetrics, on: validation) }
    let training = try trainer.values(of: trainingMetrics, on: trainer.data)
    var isBest = false
    if let stopping, let value = values[stopping.metric] {
      let best = trainer.best.flatMap { $0.metric == stopping.metric ? $0 : nil }
      isBest = stopping.isBetter(value, than: best?.value)
      if isBest {
        trainer.best = BestEpoch(
          epoch: progress.epoch, metric: stopping.metric, value: value,
          weights: try trainer.weights())
      }
    }
    let stops = hasStopped && progress.epoch < epochs
    if let stopping, let best = trainer.best, best.metric == stopping.metric, !isBest,
      stops || progress.epoch >= epochs
    {
      try trainer.loadWeights(best.weights)
    }
    defer { duration = .zero }
    return EpochReport(
      epoch: progress.epoch, loss: progress.meanLoss, training: training, validation: values,
      duration: duration, isBest: isBest, stopsEarly: stops)
  }

  /// What a cancelled training says.
  var cancellation: Diagnostic {
    let done =
      trainer.stepsDone > 0
      ? "step \(trainer.stepsDone) of epoch \(trainer.epochLosses.count + 1)"
      : "epoch \(trainer.epochLosses.count)"
    return Diagnostic(
      .cancelled,
      "the training was cancelled after \(done) of \(epochs); go on with the same trainer, or resume from "
        + "its checkpoint")
  }
}
