import Foundation
import Synchronization

/// The time in which a cache line goes to another core and back.
///
/// On virtual machines it can change several times over from one second to the next, and every figure
/// for two threads follows it; comparisons record it so that such rounds can be told apart.
enum CoreRoundTrip {
  private static let samples = 200
  private static let roundsInSample = 1_000

  /// The median of the means of many round trips, in nanoseconds.
  ///
  /// A median, because a sample in which either thread loses its core lasts thousands of times longer.
  static func nanoseconds() -> Double {
    let ball = Ball()
    // An odd number is for the other thread, an even one for this.
    let other = Thread {
      for round in 0..<samples * roundsInSample {
        while ball.number.load(ordering: .acquiring) != 2 * round + 1 {}
        ball.number.store(2 * round + 2, ordering: .releasing)
      }
    }
    other.start()
    var means: [Double] = []
    for sample in 0..<samples {
      let start = ContinuousClock.now
      for round in sample * roundsInSample..<(sample + 1) * roundsInSample {
        ball.number.store(2 * round + 1, ordering: .releasing)
        while ball.number.load(ordering: .acquiring) != 2 * round + 2 {}
      }
      means.append((ContinuousClock.now - start) / .nanoseconds(roundsInSample))
    }
    return Sampling.median(ofSorted: means.sorted())
  }

  private final class Ball: Sendable {
    let number = Atomic(0)
  }
}
