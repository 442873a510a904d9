/// What the comparison asks of a worker, one line of JSON each.
struct Request: Decodable {
  enum Command: String, Decodable {
    case prepare, measure, latencies, limit, speed, roundTrip, release
  }

  let command: Command
  /// The case of `prepare` and `limit`.
  var name: String?
  /// The most samples of `measure`, or calls of `latencies`.
  var repeats: Int?
  /// The most seconds of either.
  var seconds: Double?

  enum CodingKeys: String, CodingKey {
    case command, repeats, seconds
    case name = "case"
  }
}

/// A worker's answer; only what belongs to the request is there.
struct Reply: Encodable {
  var error: String?
  /// Microseconds a step, in ascending order.
  var samples: [Double]?
  /// Microseconds of single calls at the percentiles asked for.
  var latencies: [String: Double]?
  var limit: Double?
  /// Floating-point operations a second at best.
  var peak: Double?
  /// Bytes a second at the size of the case.
  var bandwidth: Double?
  /// Probes of the machine's speed a second, at this moment.
  var probes: Double?
  var nanoseconds: Double?
  /// Seconds from the formula to the end of the first run.
  var firstResult: Double?
  var plannedBytes: Int?
}
