import Adjoint
import AdjointCore

/// A training that goes on as far as its progress is asked for: one step for each element.
///
/// <!-- given: trainer: Trainer -->
/// ```swift
/// for try await progress in trainer.training(epochs: 10) where progress.endsEpoch {
///   try trainer.checkpoint().write(to: "weights.safetensors")
/// }
/// ```
///
/// A step runs where the loop runs, and a long training lets other tasks run there every few
/// milliseconds; an application has the loop in a task that is not on the main actor. Where the task is
/// cancelled, or the loop left, the training stops before the next step. The trainer is then as after
/// the last step: another loop goes on from there, and so does a trainer that resumes from its
/// checkpoint, to the same bits as if nothing had happened.
public struct Training: AsyncSequence {
  /// What is known after each step.
  public typealias Element = Trainer.Progress
  /// What a training throws.
  public typealias Failure = Diagnostic

  let run: TrainingRun

  /// What makes the steps.
  public struct AsyncIterator: AsyncIteratorProtocol {
    let run: TrainingRun
    private let clock = ContinuousClock()
    private var lastPause: ContinuousClock.Instant

    init(_ run: TrainingRun) {
      self.run = run
      lastPause = clock.now
    }

    /// The time after which other tasks have their turn.
    private static let pauseInterval = Duration.milliseconds(5)

    /// Makes a step, and gives its progress; nil where all epochs are done.
    ///
    /// - Throws: `.cancelled` where the task is cancelled, before the step; else as `Trainer.runStep()`.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(Diagnostic) -> Trainer.Progress? {
      if clock.now - lastPause > Self.pauseInterval {
        await Task.yield()
        lastPause = clock.now
      }
      guard !Task.isCancelled else { throw run.cancellation }
      return try run.next()
    }

    /// Makes a step, and gives its progress; nil where all epochs are done.
    ///
    /// - Throws: as `next(isolation:)`.
    public mutating func next() async throws(Diagnostic) -> Trainer.Progress? {
      try await next(isolation: nil)
    }
  }

  /// What makes the steps.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(run) }
}

extension Trainer {
  /// Trains until a number of epochs is done, those before included, and tells of each step.
  ///
  /// What is wrong with the arguments is thrown before the first step.
  ///
  /// - Parameters:
  ///   - epochs: How many epochs are done in the end.
  ///   - validation: Examples that are not trained on. After each epoch a forward pass over them gives
  ///     the metrics.
  ///   - metrics: What is told of the validation data in `Progress.report`.
  ///   - trainingMetrics: What is told of the training data; each epoch is longer by a forward pass.
  ///   - stopping: When the training ends early.
  public func training(
    epochs: Int, validation: Dataset? = nil, metrics: [Metric] = [],
    trainingMetrics: [Metric] = [], stopping: EarlyStopping? = nil
  ) -> Training {
    Training(
      run: TrainingRun(
        self, epochs: epochs, validation: validation, metrics: metrics,
        trainingMetrics: trainingMetrics, stopping: stopping))
  }

  /// Trains as `training(epochs:validation:metrics:trainingMetrics:stopping:)` does, and returns when
  /// all is done; for a program that has nothing else to do meanwhile.
  ///
  /// - Throws: as `runStep()`, and for arguments that are wrong.
  public func train(
    epochs: Int, validation: Dataset? = nil, metrics: [Metric] = [],
    trainingMetrics: [Metric] = [], stopping: EarlyStopping? = nil,
    observe: (Progress) throws(Diagnostic) -> Void = { _ in }
  ) throws(Diagnostic) {
    let run = TrainingRun(
      self, epochs: epochs, validation: validation, metrics: metrics,
      trainingMetrics: trainingMetrics, stopping: stopping)
    while let progress = try run.next() { try observe(progress) }
  }
}
