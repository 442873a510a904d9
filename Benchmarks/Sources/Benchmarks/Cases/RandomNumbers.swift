import Adjoint

/// Inputs of the cases: the same numbers on every machine.
enum RandomNumbers {
  /// Evenly distributed on a range.
  static func uniform(
    _ count: Int, _ name: String, from least: Double = -1, to most: Double = 1
  ) -> [Float] {
    let random = CounterBasedRandom(seed: 1, stream: name)
    return (0..<count).map { Float(least + (most - least) * random.uniform(at: UInt64($0))) }
  }

  /// Whole numbers from 0, evenly distributed.
  static func integers(_ count: Int, _ name: String, below bound: Int) -> [Int32] {
    let random = CounterBasedRandom(seed: 1, stream: name)
    return (0..<count).map { Int32(Double(bound) * random.uniform(at: UInt64($0))) }
  }
}
