import AdjointCore
import AdjointGraph

/// The mean of the squared differences of predictions and targets, a scalar.
///
/// `L = mean((p − t)²)`, with `∂L/∂p = 2 (p − t) / n` and the opposite for t. The two do not
/// broadcast: a `[B]` against a `[B, 1]` is a mistake far more often than it is meant.
///
/// - Throws: `.shapeMismatch` or `.scalarTypeMismatch` where the two types differ, or are neither
///   `f32` nor `f64`.
public func meanSquaredError(
  predictions: Value, targets: Value, file: String = #fileID, line: Int = #line
) throws(Diagnostic) -> Value {
  try predictions.builder.placed("meanSquaredError", file, line, taking: [targets]) {
    () throws(Diagnostic) in
    try [predictions.type, targets.type].expectEqual().expectFloatingPoint()
    let difference = try predictions - targets
    return try (difference * difference).mean()
  }
}
