#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// What the system says of time and of threads.
package enum ThreadClock {
  /// Nanoseconds that only go on.
  package static var now: Int { nanoseconds(of: CLOCK_MONOTONIC) ?? 0 }

  static func nanoseconds(of clock: clockid_t) -> Int? {
    var time = timespec()
    guard clock_gettime(clock, &time) == 0 else { return nil }
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }

  /// How often the calling thread had to leave its processor to others; 0 where the system does not say.
  package static var involuntarySwitches: Int {
    #if os(Linux)
      var usage = rusage()
      guard getrusage(1 /* RUSAGE_THREAD */, &usage) == 0 else { return 0 }
      return usage.ru_nivcsw
    #else
      return 0
    #endif
  }
}
