/// A set of whole numbers below a bound, with the nearest members on either side of a number found
/// in a few steps: bits, and for each word of bits a bit that says whether it has any, and so on.
struct RankSet {
  private var levels: [[UInt64]] = []

  /// An empty set of numbers below `count`.
  init(count: Int) {
    var words = max(count, 1)
    repeat {
      words = (words + 63) / 64
      levels.append(Array(repeating: 0, count: words))
    } while words > 1
  }

  func contains(_ number: Int) -> Bool {
    levels[0][number / 64] & (1 << UInt64(number % 64)) != 0
  }

  mutating func insert(_ number: Int) {
    var number = number
    for level in levels.indices {
      levels[level][number / 64] |= 1 << UInt64(number % 64)
      number /= 64
    }
  }

  mutating func remove(_ number: Int) {
    var number = number
    for level in levels.indices {
      levels[level][number / 64] &= ~(1 << UInt64(number % 64))
      if levels[level][number / 64] != 0 { return }
      number /= 64
    }
  }

  /// The greatest member below a number.
  func member(before number: Int) -> Int? {
    var number = number
    for level in levels.indices {
      let below = levels[level][number / 64] & ((1 << UInt64(number % 64)) &- 1)
      if below != 0 { return descend(from: level, number / 64, last: true, bits: below) }
      number /= 64
    }
    return nil
  }

  /// The least member above a number.
  func member(after number: Int) -> Int? {
    var number = number
    for level in levels.indices {
      let bit = UInt64(number % 64)
      let above = bit == 63 ? 0 : levels[level][number / 64] & (~0 << (bit + 1))
      if above != 0 { return descend(from: level, number / 64, last: false, bits: above) }
      number /= 64
    }
    return nil
  }

  /// The last or first member under some bits of a word of a level.
  private func descend(from level: Int, _ word: Int, last: Bool, bits: UInt64) -> Int {
    var bits = bits
    var word = word
    for below in stride(from: level, through: 0, by: -1) {
      let bit = last ? 63 - bits.leadingZeroBitCount : bits.trailingZeroBitCount
      word = word * 64 + bit
      if below > 0 { bits = levels[below - 1][word] }
    }
    return word
  }
}
