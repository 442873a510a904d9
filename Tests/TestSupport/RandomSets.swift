import Foundation

/// How much of the random sets the tests go through.
package enum RandomSets {
  /// Whether all of them is asked for: `make soak` sets ADJOINT_SOAK.
  package static let areFull = ProcessInfo.processInfo.environment["ADJOINT_SOAK"] != nil

  /// Some of the choices, others for each seed; all of them where the sets are full.
  package static func sample<Choice>(
    _ count: Int, of choices: [Choice], seed: UInt64
  ) -> [Choice] {
    if areFull { return choices }
    var generator = SeededGenerator(seed: seed)
    return Array(choices.shuffled(using: &generator).prefix(count))
  }

  /// So many of the numbers from `first` on; `full` of them where the sets are full.
  package static func seeds(from first: Int = 0, _ count: Int, full: Int) -> Range<Int> {
    first..<first + (areFull ? full : count)
  }
}
