import Synchronization

extension ExecutionEngine {
  /// The nanoseconds until another thread of the pool sees what one has written and can act on it: the median of
  /// many jobs at which two threads meet; nil where other programs left no second processor to it, or there is
  /// none.
  package func measuredHandOver() -> Double? {
    // The first job may have to wake the thread, or to start it.
    let meetings = (0..<1_000).compactMap { _ in Meeting().run(on: pool) }.sorted()
    guard meetings.count > 500 else { return nil }
    return Double(meetings[meetings.count / 2]) / Meeting.handOvers
  }
}

/// A job whose two items wait for each other.
private final class Meeting: Sendable {
  private let present = Atomic<Int>(0)
  private let met = Atomic<Int>(0)

  /// The hand-overs of a job: it is seen, the caller sees that the other is there, and that it has ended.
  static let handOvers = 3.0
  /// How often an item looks for the other.
  private static let patience = 20_000

  /// The nanoseconds of the job; nil where one thread was left alone.
  func run(on pool: ThreadPool) -> Int? {
    let start = ThreadClock.now
    withExtendedLifetime(self) {
      pool.run(
        itemCount: 2, threads: 2, context: Unmanaged.passUnretained(self).toOpaque()
      ) { context, _, from, to in
        Unmanaged<Meeting>.fromOpaque(context)._withUnsafeGuaranteedRef { meeting in
          for _ in from..<to { meeting.attend() }
        }
      }
    }
    return met.load(ordering: .acquiring) == 2 ? ThreadClock.now - start : nil
  }

  private func attend() {
    present.add(1, ordering: .acquiringAndReleasing)
    for _ in 0..<Self.patience where present.load(ordering: .acquiring) == 2 {
      met.add(1, ordering: .acquiringAndReleasing)
      return
    }
  }
}
