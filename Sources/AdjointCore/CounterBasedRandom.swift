/// Random numbers as a pure function of a key and a counter: the same seed gives the same numbers
/// on every machine, in any order, with any number of threads.
///
/// The bits are Threefry-2x64 with 20 rounds (Salmon, Moraes, Dror and Shaw, "Parallel Random
/// Numbers: As Easy as 1, 2, 3", SC 2011, section 4.1).
package struct CounterBasedRandom: Hashable, Sendable {
  private let key: (UInt64, UInt64)

  /// A generator of its own for each pair of seed and stream.
  package init(seed: UInt64, stream: UInt64 = 0) { key = (seed, stream) }

  /// A generator of its own for each pair of seed and name, so that adding a parameter to a graph
  /// leaves the initial values of the others as they were.
  package init(seed: UInt64, stream name: String) {
    // FNV-1a, 64 bits.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    self.init(seed: seed, stream: hash)
  }

  /// 128 random bits for a counter.
  package func bits(at counter: UInt64) -> (UInt64, UInt64) {
    let keys = (key.0, key.1, 0x1bd1_1bda_a9fc_1a22 ^ key.0 ^ key.1)
    var x = (counter &+ keys.0, keys.1)
    // Four rounds and a key five times, written out: a parameter asks for each of its elements.
    Self.mix(&x, (16, 42, 12, 31))
    x = (x.0 &+ keys.1, x.1 &+ keys.2 &+ 1)
    Self.mix(&x, (16, 32, 24, 21))
    x = (x.0 &+ keys.2, x.1 &+ keys.0 &+ 2)
    Self.mix(&x, (16, 42, 12, 31))
    x = (x.0 &+ keys.0, x.1 &+ keys.1 &+ 3)
    Self.mix(&x, (16, 32, 24, 21))
    x = (x.0 &+ keys.1, x.1 &+ keys.2 &+ 4)
    Self.mix(&x, (16, 42, 12, 31))
    return (x.0 &+ keys.2, x.1 &+ keys.0 &+ 5)
  }

  /// Four rounds, which rotate by so many bits.
  private static func mix(
    _ x: inout (UInt64, UInt64), _ bits: (UInt64, UInt64, UInt64, UInt64)
  ) {
    func round(_ bits: UInt64) {
      x.0 = x.0 &+ x.1
      x.1 = ((x.1 &<< bits) | (x.1 &>> (64 &- bits))) ^ x.0
    }
    round(bits.0)
    round(bits.1)
    round(bits.2)
    round(bits.3)
  }

  /// A number in [0, 1) with 53 random bits.
  package func uniform(at counter: UInt64) -> Double {
    Double(bits(at: counter).0 >> 11) * 0x1p-53
  }

  /// A number of the standard normal distribution, by inverting its distribution function.
  ///
  /// Rational approximation AS 241 (Wichura, "The Percentage Points of the Normal Distribution",
  /// Applied Statistics 37, 1988), relative error about 1e-16. Only the four operations and square
  /// roots are used, so the result does not depend on a mathematics library.
  package func normal(at counter: UInt64) -> Double {
    let random = bits(at: counter).0 >> 11
    return Self.normalQuantile((Double(random) + 0.5) * 0x1p-53)
  }

  /// Puts `uniform(at:)` of consecutive counters in the place of all numbers.
  package func fillUniformly(_ numbers: inout [Double], from first: UInt64) {
    for place in numbers.indices { numbers[place] = uniform(at: first &+ UInt64(place)) }
  }

  /// Puts `normal(at:)` of consecutive counters in the place of all numbers.
  package func fillNormally(_ numbers: inout [Double], from first: UInt64) {
    for place in numbers.indices { numbers[place] = normal(at: first &+ UInt64(place)) }
  }

  /// A permutation of `0..<count` (Fisher and Yates), the same for the same generator.
  ///
  /// - Throws: `.invalidArgument` for a count below zero, `.memoryLimit` for one whose numbers would take
  ///   more than three quarters of the memory that the process may use.
  package func permutation(of count: Int) throws(Diagnostic) -> [Int] {
    guard count >= 0 else {
      throw Diagnostic(.invalidArgument, "there is no permutation of \(count) numbers")
    }
    try MemoryLimit.check(count *| MemoryLayout<Int>.size, for: "a permutation of \(count) numbers")
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      // The high word of a 128-bit product: no remainder, and a bias below 2⁻⁴⁰ for any real size.
      let pick = bits(at: UInt64(last)).0.multipliedFullWidth(by: UInt64(last + 1)).high
      order.swapAt(last, Int(pick))
    }
    return order
  }

  /// Generators are equal if they give the same numbers.
  package static func == (left: Self, right: Self) -> Bool { left.key == right.key }
  /// Feeds the key.
  package func hash(into hasher: inout Hasher) {
    hasher.combine(key.0)
    hasher.combine(key.1)
  }
}
