import AdjointRuntime
import Testing

/// When a pool does without its threads, on a clock that stands in for the machine's.
@Suite("Company") struct CompanyTests {
  private let millisecond = 1_000_000

  /// Milliseconds from a time until threads are tried again, where callers keep their processors.
  private func absence(_ company: inout Company, from start: Int) -> Int {
    var elapsed = 0
    while company.isPresent(now: start + elapsed * millisecond, involuntarySwitches: 0) {
      elapsed += 1
    }
    return elapsed
  }

  @Test("is not there at first, and no clock is read then")
  func absent() {
    var company = Company()
    var reads = 0
    func clock() -> Int {
      reads += 1
      return 0
    }
    let isPresent = company.isPresent(now: clock(), involuntarySwitches: clock())
    #expect(!isPresent)
    #expect(reads == 0)
  }

  @Test("that comes again soon is believed for twice as long, up to 160 ms")
  func doubles() {
    var company = Company()
    var now = 5 * millisecond
    var lengths: [Int] = []
    for _ in 0..<9 {
      company.arrive(now: now, involuntarySwitches: 0)
      let length = absence(&company, from: now)
      lengths.append(length)
      now += (length + 1) * millisecond
    }
    #expect(lengths == [2, 4, 8, 16, 32, 64, 128, 160, 160])
  }

  @Test("that comes after a long time is new")
  func forgets() {
    var company = Company()
    company.arrive(now: 0, involuntarySwitches: 0)
    company.arrive(now: 3 * millisecond, involuntarySwitches: 0)
    let second = absence(&company, from: 3 * millisecond)
    #expect(second == 4)
    // Eight times the last length, 4 ms, have passed.
    company.arrive(now: 36 * millisecond, involuntarySwitches: 0)
    let third = absence(&company, from: 36 * millisecond)
    #expect(third == 2)
  }

  @Test("is believed in as long as callers lose their processors, at most 32 times")
  func renewals() {
    var company = Company()
    company.arrive(now: 0, involuntarySwitches: 7)
    var (now, switches, renewals) = (2 * millisecond, 7, 0)
    var isPresent = company.isPresent(now: now, involuntarySwitches: 7)
    #expect(!isPresent)
    company.arrive(now: now, involuntarySwitches: 7)
    while renewals < 100 {
      now += 4 * millisecond
      switches += 1
      guard company.isPresent(now: now, involuntarySwitches: switches) else { break }
      renewals += 1
    }
    #expect(renewals == 32)
    isPresent = company.isPresent(now: now, involuntarySwitches: switches + 1)
    #expect(!isPresent)
  }
}
