import AdjointCore
import Foundation

/// How the learning rate changes while a training goes on: a factor for each step, by which the
/// optimizer's own learning rate is multiplied.
///
/// The rate is a number that the compiled step reads, so a schedule compiles nothing; where it is constant it
/// is compiled into the step. Lengths are in
/// epochs and need not be whole, so that they mean the same for any batch size.
public struct LearningRateSchedule: Sendable, CustomStringConvertible {
  /// A step of a training, to which a schedule gives a factor.
  public struct Moment: Hashable, Sendable {
    /// The number of steps before this one, over all epochs.
    public let step: Int
    /// The number of steps in an epoch, at least 1.
    public let stepsPerEpoch: Int

    /// A step; `stepsPerEpoch` counts as 1 where it is less.
    public init(step: Int, stepsPerEpoch: Int) {
      self.step = step
      self.stepsPerEpoch = Swift.max(stepsPerEpoch, 1)
    }

    /// The epochs before this step, with fractions.
    public var epochs: Double { Double(step) / Double(stepsPerEpoch) }
  }

  /// What the schedule is, with its numbers, for reports and checkpoints.
  public let description: String
  /// Where a step has its rate from.
  let source: LearningRateSource
  private let rule: @Sendable (Moment) -> Double

  /// A schedule from a function.
  ///
  /// A factor that is negative, infinite or not a number is refused before the step that would use it.
  ///
  /// - Parameters:
  ///   - description: What the schedule is, with all numbers that it depends on: a checkpoint is only
  ///     taken up by a training with the same text.
  ///   - factor: The factor for a step.
  public init(_ description: String, factor: @escaping @Sendable (Moment) -> Double) {
    self.description = description
    source = .parameter
    rule = factor
  }

  private init(constant description: String) {
    self.description = description
    source = .number
    rule = { _ in 1 }
  }

  /// The factor for a step.
  public func factor(at moment: Moment) -> Double { rule(moment) }

  /// The same rate in every step: the factor 1.
  public static let constant = LearningRateSchedule(constant: "constant")

  /// The rate multiplied by a number every so many epochs: `f = qᵏ` with `k = ⌊t/T⌋` after t epochs.
  ///
  /// - Parameters:
  ///   - epochs: T.
  ///   - factor: q.
  public static func stepDecay(
    every epochs: Double, by factor: Double = 0.1
  ) -> LearningRateSchedule {
    LearningRateSchedule("step decay(every \(epochs) epochs, by \(factor))") { moment in
      guard epochs > 0 else { return .nan }
      return pow(factor, (moment.epochs / epochs).rounded(.down))
    }
  }

  /// Half a period of the cosine, from 1 down: `f = r + (1 − r)·(1 + cos(π·min(t/T, 1)))/2` after t
  /// epochs.
  ///
  /// Source: Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", ICLR 2017,
  /// formula 5, without restarts.
  ///
  /// - Parameters:
  ///   - epochs: T, after which the factor stays r.
  ///   - fraction: r, the fraction of the rate that is left in the end.
  public static func cosine(
    over epochs: Double, downTo fraction: Double = 0
  ) -> LearningRateSchedule {
    LearningRateSchedule("cosine(over \(epochs) epochs, down to \(fraction))") { moment in
      guard epochs > 0 else { return .nan }
      let progress = Swift.min(moment.epochs / epochs, 1)
      return fraction + (1 - fraction) * (1 + cos(.pi * progress)) / 2
    }
  }

  /// A linear rise over the first epochs, then another schedule from its beginning: the factor of
  /// step s, from 0, is `(s + 1)/W` times the first of the other schedule for the W steps of these
  /// epochs, and then that of its step s − W.
  ///
  /// The first step is not lost: its rate is above zero.
  ///
  /// - Parameters:
  ///   - epochs: The length of the rise.
  ///   - schedule: What follows.
  public static func warmUp(
    over epochs: Double, then schedule: LearningRateSchedule = .constant
  ) -> LearningRateSchedule {
    LearningRateSchedule("warm-up(over \(epochs) epochs), then \(schedule)") { moment in
      guard epochs >= 0, epochs.isFinite else { return .nan }
      let rise = (epochs * Double(moment.stepsPerEpoch)).rounded()
      let first = LearningRateSchedule.Moment(step: 0, stepsPerEpoch: moment.stepsPerEpoch)
      if Double(moment.step) < rise {
        return (Double(moment.step) + 1) / rise * schedule.factor(at: first)
      }
      // Not above the step, which is a whole number.
      let after = moment.step - Int(clampedConversion: rise)
      return schedule.factor(at: Moment(step: after, stepsPerEpoch: moment.stepsPerEpoch))
    }
  }

  /// The learning rate of a step.
  ///
  /// - Throws: `.notFinite` or `.invalidArgument` for a rate that no step can use.
  func rate(_ base: Double, at moment: Moment, as type: ScalarType) throws(Diagnostic) -> Double {
    let rate = base * factor(at: moment)
    guard rate.isFinite, type != .f32 || Float(rate).isFinite else {
      throw refusal(
        .notFinite, of: rate, base, at: moment, because: "which is not a finite \(type)")
    }
    guard rate >= 0 else {
      throw refusal(.invalidArgument, of: rate, base, at: moment, because: "which is below 0")
    }
    return rate
  }

  private func refusal(
    _ code: Diagnostic.Code, of rate: Double, _ base: Double, at moment: Moment,
    because reason: String
  ) -> Diagnostic {
    let (epoch, step) = moment.step.quotientAndRemainder(dividingBy: moment.stepsPerEpoch)
    return Diagnostic(
      code,
      "the schedule \(description) makes of the learning rate \(NumberLiteral(base)) \(NumberLiteral(rate)) at "
        + "step \(step + 1) of epoch \(epoch + 1), \(reason); mend the schedule or the rate. The step was "
        + "not made")
  }
}
