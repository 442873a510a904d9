import AdjointCore
import AdjointGraph

/// `L = mean((p − t)²)`.
package struct MeanSquaredError: Composite {
  package static let mnemonic = "mean_squared_error"
  package init() {}

  package init(attributes: AttributeList) throws(Diagnostic) { try attributes.allowOnly() }
  package var attributes: AttributeList { AttributeList() }

  package func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try operands.expect(count: 2)
    let type = try operands.expectEqual()
    try type.expectFloatingPoint()
    return [TensorType(type.scalarType, .scalar)]
  }

  package func expansion(of operands: [Value]) throws(Diagnostic) -> [Value] {
    let difference = operands[0] - operands[1]
    return [(difference * difference).mean()]
  }
}

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
  predictions.builder.placed(
    "meanSquaredError", MeanSquaredError(), on: [predictions, targets], file, line)
}

// The page of the reference.
extension MeanSquaredError {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .composite,
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
}
