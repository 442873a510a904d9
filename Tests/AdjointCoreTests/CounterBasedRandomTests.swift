import AdjointCore
import Testing

@Suite struct CounterBasedRandomTests {
  struct KnownAnswer: Sendable {
    var counter: UInt64
    var key: (UInt64, UInt64)
    var bits: (UInt64, UInt64)
  }

  /// The first is a known answer of the Random123 library; the others come from an independent
  /// implementation that agrees with all of the library's known answers.
  static let knownAnswers = [
    KnownAnswer(counter: 0, key: (0, 0), bits: (0xc2b6_e3a8_c2c6_9865, 0x6f81_ed42_f350_084d)),
    KnownAnswer(counter: 1, key: (0, 0), bits: (0xbaf5_1c00_fb3a_5957, 0xed55_3e57_f10b_3b42)),
    KnownAnswer(
      counter: .max, key: (.max, .max), bits: (0xa764_7fa9_74ba_01de, 0x888e_c8d4_89a3_d84a)),
    KnownAnswer(
      counter: 0x243f_6a88_85a3_08d3, key: (0xa409_3822_299f_31d0, 0x082e_fa98_ec4e_6c89),
      bits: (0x8d56_79bd_aa0f_1067, 0x1da6_f1dc_d55a_a183)),
    KnownAnswer(
      counter: 12345, key: (42, 7), bits: (0x64c7_99d9_9d39_48a7, 0x4379_e61b_3a40_cb39)),
  ]

  @Test(arguments: knownAnswers) func bitsAreThoseOfThreefry(_ answer: KnownAnswer) {
    let random = CounterBasedRandom(seed: answer.key.0, stream: answer.key.1)
    #expect(random.bits(at: answer.counter) == answer.bits)
  }

  @Test func uniformNumbersFillTheUnitInterval() {
    let random = CounterBasedRandom(seed: 1)
    var sum = 0.0
    for counter in 0..<100_000 {
      let number = random.uniform(at: UInt64(counter))
      #expect(number >= 0 && number < 1)
      sum += number
    }
    // Five standard errors.
    #expect(abs(sum / 100_000 - 0.5) < 5 * 0.2887 / 316.2)
  }

  @Test func normalNumbersHaveMeanZeroAndVarianceOne() {
    let random = CounterBasedRandom(seed: 2, stream: "weights")
    let numbers = (0..<100_000).map { random.normal(at: UInt64($0)) }
    let mean = numbers.reduce(0, +) / 100_000
    let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 99_999
    #expect(abs(mean) < 5 / 316.2)
    #expect(abs(variance - 1) < 5 * 1.4142 / 316.2)
    let beyondTwo = numbers.filter { abs($0) > 2 }.count
    #expect(abs(Double(beyondTwo) / 100_000 - 0.0455) < 0.0034)
  }

  @Test(arguments: [0, 1, 2, 3, 17, 1000]) func permutationHoldsEveryIndexOnce(_ count: Int) throws
  {
    let random = CounterBasedRandom(seed: 3)
    let order = try random.permutation(of: count)
    #expect(order.sorted() == Array(0..<count))
    #expect(try order == random.permutation(of: count))
    if count == 1000 {
      #expect(order != Array(0..<count))
      #expect(try order != CounterBasedRandom(seed: 4).permutation(of: count))
    }
  }

  @Test func everyPermutationOfThreeIsAboutAsLikely() throws {
    var counts: [[Int]: Int] = [:]
    for seed in 0..<6000 {
      counts[try CounterBasedRandom(seed: UInt64(seed)).permutation(of: 3), default: 0] += 1
    }
    #expect(counts.count == 6)
    for count in counts.values { #expect(abs(count - 1000) < 150) }
  }

  @Test func streamsDiffer() {
    let first = CounterBasedRandom(seed: 1, stream: "a")
    let second = CounterBasedRandom(seed: 1, stream: "b")
    #expect(first != second)
    #expect(first == CounterBasedRandom(seed: 1, stream: "a"))
    #expect(first.bits(at: 0) != second.bits(at: 0))
  }
}
