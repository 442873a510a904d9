import TestSupport

/// Damage to bytes, of the kinds that find mistakes in readers.
struct Mutation {
  private static let numbers = [
    "0", "1", "-1", "2", "7", "16", "17", "255", "256", "65536", "1000000007", "2147483647",
    "4294967296", "4611686018427387904", "9223372036854775807", "-9223372036854775808",
    "9223372036854775808", "1e308", "1e-320", "1e400", "inf", "-inf", "nan", "0.5", "-0.0", "",
  ].map { Array($0.utf8) }

  var generator: SeededGenerator

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  mutating func pick(_ count: Int) -> Int { Int.random(in: 0..<max(count, 1), using: &generator) }

  /// The bytes after one to four changes; `words` are put in the place of others now and then.
  mutating func damaged(_ bytes: [UInt8], words: [[UInt8]] = []) -> [UInt8] {
    var result = bytes
    for _ in 0...pick(4) where !result.isEmpty { change(&result, words) }
    return result
  }

  private mutating func change(_ bytes: inout [UInt8], _ words: [[UInt8]]) {
    let place = pick(bytes.count)
    let end = min(bytes.count, place + 1 + pick(1 + pick(40)))
    switch pick(9) {
    case 0: bytes[place] ^= 1 << UInt8(pick(8))
    case 1: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
    case 2: bytes.removeSubrange(place..<end)
    case 3: bytes.insert(contentsOf: bytes[place..<end], at: pick(bytes.count))
    case 4: bytes.removeSubrange(end...)
    case 5:
      bytes.replaceSubrange(
        number(in: bytes, near: place), with: Self.numbers[pick(Self.numbers.count)])
    case 6: exchangeLines(&bytes)
    case 7 where !words.isEmpty:
      bytes.replaceSubrange(word(in: bytes, near: place), with: words[pick(words.count)])
    default:
      for index in place..<end { bytes[index] = UInt8(pick(2) * 255) }
    }
  }

  /// The digits, sign and point that come next.
  private func number(in bytes: [UInt8], near place: Int) -> Range<Int> {
    run(in: bytes, near: place) { (48...57).contains($0) || $0 == 45 || $0 == 46 }
  }

  /// The letters that come next.
  private func word(in bytes: [UInt8], near place: Int) -> Range<Int> {
    run(in: bytes, near: place) { (97...122).contains($0) || $0 == 95 || (48...57).contains($0) }
  }

  private func run(in bytes: [UInt8], near place: Int, _ belongs: (UInt8) -> Bool) -> Range<Int> {
    guard let start = bytes[place...].firstIndex(where: belongs) else { return place..<place }
    let end = bytes[start...].firstIndex { !belongs($0) } ?? bytes.count
    return start..<end
  }

  private mutating func exchangeLines(_ bytes: inout [UInt8]) {
    var lines = bytes.split(separator: 10, omittingEmptySubsequences: false)
    lines.swapAt(pick(lines.count), pick(lines.count))
    bytes = Array(lines.joined(separator: [10]))
  }
}
