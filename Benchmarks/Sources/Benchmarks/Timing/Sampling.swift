import Adjoint

/// How often something is timed.
struct Sampling {
  let repeats: Int
  let limit: Duration

  /// What one sample lasts at least: long against the clock's resolution and a stray interrupt.
  private static let sampleDuration = Duration.milliseconds(5)
  private static let warmUpDuration = Duration.milliseconds(50)

  /// Microseconds a step in ascending order, one number for each sample.
  func microseconds(
    of step: () throws(Diagnostic) -> Void
  ) throws(Diagnostic) -> [Double] {
    let clock = ContinuousClock()
    var fastest = Duration.seconds(1 << 20)
    let warmUpEnd = clock.now + Self.warmUpDuration
    repeat {
      let start = clock.now
      try step()
      fastest = min(fastest, clock.now - start)
    } while clock.now < warmUpEnd
    let batch = max(1, Int((Self.sampleDuration / fastest).rounded(.up)))
    var samples: [Double] = []
    samples.reserveCapacity(repeats)
    let end = clock.now + limit
    repeat {
      let start = clock.now
      for _ in 0..<batch { try step() }
      samples.append((clock.now - start) / .microseconds(batch))
    } while samples.count < repeats && clock.now < end
    return samples.sorted()
  }

  /// The middle of sorted numbers.
  static func median(ofSorted numbers: [Double]) -> Double {
    let middle = numbers.count / 2
    return numbers.count % 2 == 1 ? numbers[middle] : (numbers[middle - 1] + numbers[middle]) / 2
  }
}
