import AdjointCore

/// A generator for the standard library's random functions that gives the same numbers for a seed.
package struct SeededGenerator: RandomNumberGenerator {
  private let random: CounterBasedRandom
  private var counter: UInt64 = 0

  package init(seed: UInt64) { random = CounterBasedRandom(seed: seed) }

  package mutating func next() -> UInt64 {
    counter += 1
    return random.bits(at: counter).0
  }
}
