/// The figures of one case.
struct Measurement {
  let name: String
  /// The median of the samples, in microseconds a step.
  let microseconds: Double
  /// The least of the samples.
  let minimum: Double
  /// The number of samples.
  let repeats: Int
  let plannedBytes: Int
  let lowerBoundBytes: Int
  let kernels: Int
  let gemms: Int
  /// Nil where the system has no way to count.
  let allocationsPerStep: Int?

  /// One line of JSON.
  var json: String {
    let fields = [
      ("case", "\"\(name)\""), ("microseconds", microseconds.formatted(fractionDigits: 3)),
      ("minimum", minimum.formatted(fractionDigits: 3)), ("repeats", String(repeats)),
      ("plannedBytes", String(plannedBytes)), ("lowerBoundBytes", String(lowerBoundBytes)),
      ("kernels", String(kernels)), ("gemms", String(gemms)),
      ("allocationsPerStep", allocationsPerStep.map(String.init) ?? "null"),
    ]
    return "{" + fields.map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}"
  }

  static let table = Table([
    ("case", 17), ("µs a step", 12), ("minimum", 12), ("samples", 8), ("planned KiB", 12),
    ("lower bound", 12), ("kernels", 8), ("gemms", 6), ("allocations", 12),
  ])

  var cells: [String] {
    [
      name, microseconds.formatted(fractionDigits: 2), minimum.formatted(fractionDigits: 2),
      String(repeats), (Double(plannedBytes) / 1024).formatted(fractionDigits: 1),
      (Double(lowerBoundBytes) / 1024).formatted(fractionDigits: 1), String(kernels),
      String(gemms), allocationsPerStep.map(String.init) ?? "?",
    ]
  }
}
