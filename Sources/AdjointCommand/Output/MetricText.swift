import AdjointTraining

/// Metrics as people read them.
enum MetricText {
  /// A fraction in per cent, and any other number with four digits.
  static func text(_ metric: Metric, _ value: Double) -> String {
    switch metric {
    case .accuracy, .topK: "\(NumberText.fixed(value * 100, decimals: 1)) %"
    case .loss, .meanAbsoluteError, .meanSquaredError: NumberText.fixed(value, decimals: 4)
    }
  }

  /// Metrics as members of an object.
  static func json(_ values: [Metric: Double]) -> JSONValue {
    .object(
      Dictionary(
        values.map { ($0.key.description, JSONValue.number($0.value)) },
        uniquingKeysWith: { first, _ in first }))
  }
}
