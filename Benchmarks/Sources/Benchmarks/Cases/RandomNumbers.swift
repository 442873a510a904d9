import Adjoint

/// Inputs of the cases: the same numbers on every machine.
enum RandomNumbers {
  /// Evenly distributed on a range.
  static func uniform(
    _ count: Int, _ name: String, from least: Double = -1, to most: Double = 1
  ) -> [Float] {
    let random = RandomStream(name)
    return (0..<count).map { Float(least + (most - least) * random.uniform(at: UInt64($0))) }
  }

  /// Whole numbers from 0, evenly distributed.
  static func integers(_ count: Int, _ name: String, below bound: Int) -> [Int32] {
    let random = RandomStream(name)
    return (0..<count).map { Int32(Double(bound) * random.uniform(at: UInt64($0))) }
  }
}

/// Random numbers as a pure function of a name and a counter: SplitMix64 (Steele, Lea and Flood, "Fast
/// Splittable Pseudorandom Number Generators", OOPSLA 2014) from where the name leads.
struct RandomStream {
  private let start: UInt64

  init(_ name: String) {
    // FNV-1a, 64 bits.
    start = name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
  }

  func bits(at counter: UInt64) -> UInt64 {
    var mixed = start &+ (counter &+ 1) &* 0x9e37_79b9_7f4a_7c15
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// A number in [0, 1).
  func uniform(at counter: UInt64) -> Double { Double(bits(at: counter) >> 11) * 0x1p-53 }
}
