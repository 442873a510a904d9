import Adjoint

/// The times of single calls.
struct Latencies {
  private let sorted: [Double]

  /// Times calls one by one, after a hundred that do not count.
  static func measured(
    count: Int, limit: Duration, of step: () throws(Diagnostic) -> Void
  ) throws(Diagnostic) -> Latencies {
    for _ in 0..<100 { try step() }
    let clock = ContinuousClock()
    let end = clock.now + limit
    var calls: [Double] = []
    calls.reserveCapacity(count)
    repeat {
      let start = clock.now
      try step()
      calls.append((clock.now - start) / .microseconds(1))
    } while calls.count < count && clock.now < end
    return Latencies(sorted: calls.sorted())
  }

  /// The least time that so many of a hundred calls do not exceed.
  var percentiles: [String: Double] {
    var result: [String: Double] = [:]
    for (name, share) in [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999)] {
      let rank = Int((share * Double(sorted.count)).rounded(.up))
      result[name] = sorted[min(max(rank, 1), sorted.count) - 1]
    }
    return result
  }
}
