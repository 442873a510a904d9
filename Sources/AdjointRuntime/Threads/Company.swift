/// Whether other work wants the processors, so that a pool does better without its threads.
///
/// A thread that has to leave its processor in the middle of a job keeps all others waiting for it, for some
/// milliseconds. Where that was seen, jobs are done by their callers alone for a while, longer each time. The
/// callers then find out for themselves whether there still is company: the system takes them off their
/// processors too.
package struct Company {
  /// The nanoseconds for which a pool does without its threads at first, and at most.
  private static let (shortest, longest) = (2_000_000, 160_000_000)
  /// So many times in a row callers are believed, before threads are tried again.
  private static let mostRenewals = 32

  /// When threads are tried again, on the monotonic clock; 0 while they are used.
  private var end = 0
  private var length = 0
  private var lastArrival = 0
  private var renewals = 0
  /// How often the caller had to leave its processor when this was looked at last.
  private var switches = 0

  package init() {}

  /// Whether the next job is for its caller alone.
  ///
  /// - Parameters:
  ///   - now: Nanoseconds that only go on; not read where threads are used anyway.
  ///   - involuntarySwitches: How often the caller had to leave its processor.
  package mutating func isPresent(
    now: @autoclosure () -> Int = ThreadClock.now,
    involuntarySwitches: @autoclosure () -> Int = ThreadClock.involuntarySwitches
  ) -> Bool {
    if end == 0 { return false }
    let now = now()
    if now < end { return true }
    let count = involuntarySwitches()
    if count > switches, renewals < Self.mostRenewals {
      switches = count
      renewals += 1
      end = now + length
      return true
    }
    // The length is kept for the next time, should that be soon.
    end = 0
    return false
  }

  /// Notes that a thread lost its processor.
  package mutating func arrive(
    now: Int = ThreadClock.now, involuntarySwitches: Int = ThreadClock.involuntarySwitches
  ) {
    let isSoon = now - lastArrival < 8 * length
    length = isSoon ? min(2 * length, Self.longest) : Self.shortest
    lastArrival = now
    end = now + length
    renewals = 0
    switches = involuntarySwitches
  }
}
