import Foundation
import Synchronization

/// The time in which a cache line goes to another core and back.
///
/// On virtual machines it can change several times over from one second to the next, and every figure
/// for two threads follows it; comparisons record it so that such rounds can be told apart.
enum CoreRoundTrip {
  private static let rounds = 200_000

  /// The mean of many round trips, in nanoseconds.
  static func nanoseconds() -> Double {
    let ball = Ball()
    // An odd number is for the other thread, an even one for this.
    let other = Thread {
      for round in 0..<rounds {
        while ball.number.load(ordering: .acquiring) != 2 * round + 1 {}
        ball.number.store(2 * round + 2, ordering: .releasing)
      }
    }
    other.start()
    var start = ContinuousClock.now
    for round in 0..<rounds {
      // The first rounds wait for the thread to start.
      if round == rounds / 10 { start = ContinuousClock.now }
      ball.number.store(2 * round + 1, ordering: .releasing)
      while ball.number.load(ordering: .acquiring) != 2 * round + 2 {}
    }
    return (ContinuousClock.now - start) / .nanoseconds(rounds - rounds / 10)
  }

  private final class Ball: Sendable {
    let number = Atomic(0)
  }
}
