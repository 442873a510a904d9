import Adjoint
import AdjointTraining

/// A line on the terminal that is rewritten while training goes on; nothing where there is none.
final class ProgressMeter {
  private let isShown = StandardStream.error.isTerminal
  /// As a floating-point number, since the user may ask for any number of epochs.
  private let totalSteps: Double
  private let firstStep: Int
  private let batchSize: Int
  private let epochs: Int
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private var lastShown: ContinuousClock.Instant?

  /// The time between two rewrites, so that the terminal costs nothing.
  private static let interval = Duration.milliseconds(100)

  init(_ trainer: Trainer, epochs: Int) {
    self.epochs = epochs
    firstStep = trainer.epochLosses.count * trainer.stepsPerEpoch
    totalSteps = Double(epochs) * Double(trainer.stepsPerEpoch)
    batchSize = trainer.batchSize
    start = clock.now
  }

  func show(_ progress: Trainer.Progress, accuracy: Double?) {
    guard isShown else { return }
    let now = clock.now
    if let lastShown, now - lastShown < Self.interval { return }
    lastShown = now
    let done = (progress.epoch - 1) * progress.stepsPerEpoch + progress.step - firstStep
    let seconds = (now - start) / .seconds(1)
    let rate = seconds > 0 ? Double(done) / seconds : 0
    var parts = [
      "epoch \(progress.epoch)/\(epochs)",
      "loss \(NumberText.fixed(progress.meanLoss, decimals: 4))",
    ]
    if let accuracy { parts.append("accuracy \(NumberText.fixed(accuracy * 100, decimals: 1)) %") }
    if rate > 0 {
      let left = (totalSteps - Double(firstStep + done)) / rate
      parts.append("\(NumberText.grouped(Int(rate * Double(batchSize)))) examples/s")
      parts.append("\(Self.spelled(left)) left")
    }
    let line = parts.joined(separator: "  ").prefix(max(StandardStream.error.columnCount - 1, 1))
    StandardStream.error.writeIgnoringFailure("\r\(line)\u{1b}[K")
  }

  /// Leaves an empty line.
  func clear() {
    guard isShown, lastShown != nil else { return }
    StandardStream.error.writeIgnoringFailure("\r\u{1b}[K")
  }

  /// A duration as text: `4 s`, `3 min 20 s`, `2 h 5 min`.
  private static func spelled(_ seconds: Double) -> String {
    let whole = Int(clampedConversion: seconds.rounded(.up))
    if whole < 60 { return "\(whole) s" }
    return whole < 3600
      ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3600) h \(whole % 3600 / 60) min"
  }
}
