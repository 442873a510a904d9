import Synchronization

extension ExecutionEngine {
  /// The nanoseconds until another core sees what one has written: the median of some relays between two threads
  /// of the pool; nil where other programs left no second processor to it, or there is none.
  package func measuredHandOver() -> Double? {
    let relays = (0..<15).compactMap { _ in Relay().run(on: pool) }.sorted()
    return relays.isEmpty ? nil : relays[relays.count / 2]
  }
}

/// A number that two threads increase by turns.
private final class Relay: Sendable {
  private let turn = Atomic<Int>(0)
  private let start = Atomic<Int>(0)
  private let end = Atomic<Int>(0)

  /// The turns before the clock starts: the other thread may have to be woken.
  private static let warmUp = 100
  private static let turns = 2100
  /// Who has waited so many nanoseconds for a turn waits for nobody.
  private static let patience = 2_000_000

  /// The nanoseconds of a turn; nil where one thread was left alone.
  func run(on pool: ThreadPool) -> Double? {
    withExtendedLifetime(self) {
      pool.run(
        itemCount: 2, threads: 2, context: Unmanaged.passUnretained(self).toOpaque()
      ) { context, _, from, to in
        let relay = Unmanaged<Relay>.fromOpaque(context)
        for player in from..<to {
          relay._withUnsafeGuaranteedRef { $0.play(player) }
        }
      }
    }
    guard turn.load(ordering: .acquiring) == Self.turns else { return nil }
    let time = end.load(ordering: .relaxed) - start.load(ordering: .relaxed)
    return Double(time) / Double(Self.turns - Self.warmUp)
  }

  /// Takes every other turn.
  private func play(_ player: Int) {
    for number in stride(from: player, to: Self.turns, by: 2) {
      guard waits(for: number) else { return }
      if number == Self.warmUp { start.store(ThreadClock.now, ordering: .relaxed) }
      if number == Self.turns - 1 { end.store(ThreadClock.now, ordering: .relaxed) }
      turn.store(number + 1, ordering: .releasing)
    }
  }

  /// Whether a turn came.
  private func waits(for number: Int) -> Bool {
    let begin = ThreadClock.now
    while true {
      for _ in 0..<1000 where turn.load(ordering: .acquiring) == number { return true }
      if ThreadClock.now - begin > Self.patience { return false }
    }
  }
}
