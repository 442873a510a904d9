import AdjointCore
import AdjointGraph

/// The mean of the squared differences of predictions and targets, a scalar.
///
/// `L = mean((p − t)²)`, with `∂L/∂p = 2 (p − t) / n` and the opposite for t. The two do not
/// broadcast: a `[B]` against a `[B, 1]` is a mistake far more often than it is meant.
///
/// Mistakes: `.shapeMismatch` or `.scalarTypeMismatch` where the two types differ, or are neither `f32` nor
/// `f64`.
public func meanSquaredError(
  predictions: Value, targets: Value, file: String = #fileID, line: Int = #line
) -> Value {
  predictions.builder.placed("meanSquaredError", of: [predictions, targets], file, line) {
    () throws(Diagnostic) in
    try [predictions.type, targets.type].expectEqual().expectFloatingPoint()
    let difference = predictions - targets
    return (difference * difference).mean()
  }
}
