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

// The page of the reference.
extension OperatorPage {
  static let meanSquaredErrorPage = OperatorPage(
    "meanSquaredError", .composite,
    "The mean of the squared differences of predictions and targets.",
    formula: "L = mean((p − t)²)",
    operands: [
      OperatorPage.Part("p", "any shape"),
      OperatorPage.Part("t", "that of p; the two do not broadcast"),
    ],
    result: "A scalar of the type of p.",
    reverse: ["p̄ = L̄ · 2 · (p − t)/n", "t̄ = −p̄"],
    forward: "L̇ = mean(2 · (p − t) · (ṗ − ṫ))",
    example: OperatorPage.Example(
      [OperatorPage.Input("p", elements: [1, 2]), OperatorPage.Input("t", elements: [0, 4])],
      "meanSquaredError(predictions: p, targets: t)"
    ) { meanSquaredError(predictions: $1[0], targets: $1[1]) })
}
