import Adjoint
import AdjointTraining
import ArgumentParser

/// A schedule of the learning rate as the command line spells it: `constant`, `cosine`, `cosine:20`,
/// `cosine:20:0.1`, `step:10` or `step:10:0.5`.
struct ScheduleChoice: ExpressibleByArgument {
  private enum Kind { case constant, cosine, step }

  private let kind: Kind
  private let numbers: [Double]
  let defaultValueDescription: String

  init?(argument: String) {
    let words = argument.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    let numbers = words.dropFirst().compactMap(Double.init)
    guard numbers.count == words.count - 1, numbers.allSatisfy(\.isFinite) else { return nil }
    switch (words.first, numbers.count) {
    case ("constant", 0): kind = .constant
    case ("cosine", 0...2): kind = .cosine
    case ("step", 1...2): kind = .step
    default: return nil
    }
    self.numbers = numbers
    defaultValueDescription = argument
  }

  private init() {
    kind = .constant
    numbers = []
    defaultValueDescription = "constant"
  }

  static let constant = ScheduleChoice()

  /// The schedule of a training.
  ///
  /// - Parameter rise: The epochs of the warm-up before it; a cosine without a length takes the rest of
  ///   the epochs.
  func schedule(epochs: Int, afterWarmUp rise: Double) -> LearningRateSchedule {
    let schedule: LearningRateSchedule
    switch kind {
    case .constant: schedule = .constant
    case .cosine:
      schedule = .cosine(
        over: numbers.first ?? (Double(epochs) - rise), downTo: numbers.count > 1 ? numbers[1] : 0)
    case .step:
      schedule = .stepDecay(every: numbers.first ?? 1, by: numbers.count > 1 ? numbers[1] : 0.1)
    }
    return rise > 0 ? .warmUp(over: rise, then: schedule) : schedule
  }
}
