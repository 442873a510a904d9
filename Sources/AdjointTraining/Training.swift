import Adjoint
import AdjointCore

/// A training that goes on as far as its progress is asked for: one step for each element.
///
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
  public func training(epochs: Int) -> Training {
    Training(run: TrainingRun(self, epochs: epochs))
  }
}

/// Steps until enough epochs are done.
final class TrainingRun {
  private let trainer: Trainer
  private let epochs: Int

  init(_ trainer: Trainer, epochs: Int) {
    self.trainer = trainer
    self.epochs = epochs
  }

  /// The next step; nil where all are done.
  func next() throws(Diagnostic) -> Trainer.Progress? {
    guard trainer.epochLosses.count < epochs else { return nil }
    return try trainer.runStep()
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
