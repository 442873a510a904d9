import AdjointCore
import AdjointGraph

/// `L = mean(log Σ exp(x) − Σ q·x)` over the last axis of scores, against probabilities.
package struct CrossEntropyProbabilities: Composite {
  package static let mnemonic = "cross_entropy_probabilities"
  package init() {}

  package init(attributes: AttributeList) throws(Diagnostic) { try attributes.allowOnly() }
  package var attributes: AttributeList { AttributeList() }

  package func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try operands.expect(count: 2)
    let logits = operands[0]
    try logits.expectFloatingPoint()
    _ = try operands.expectEqual()
    guard logits.rank > 0 else {
      throw Diagnostic(.shapeMismatch, "the logits \(logits) need an axis for the classes")
    }
    return [TensorType(logits.scalarType, .scalar)]
  }

  package func expansion(of operands: [Value]) throws(Diagnostic) -> [Value] {
    let logits = operands[0]
    let rows = logits.builder.apply(ExpectedCrossEntropy(axes: [logits.rank - 1]), operands)
    return [rows.mean()]
  }
}

/// The mean cross-entropy of class scores against probabilities, one-hot labels among them, a
/// scalar.
///
/// `L = mean(log Σ_k exp(x_k) − Σ_k q_k · x_k)`, the mean over all axes but the last, which holds
/// the classes. For probabilities, which sum to 1, that is `−Σ_k q_k · log softmax(x)_k`, and
/// `∂L/∂x = (softmax(x) − q) / n`, `∂L/∂q = −x / n`; the sum is not checked.
///
/// It is computed from `x − m` with the largest score m. Where the sum of the probabilities is 1 but
/// for rounding, it counts as 1, so that an offset that all scores have in common costs no digits. A
/// probability of 0 at a score of −∞ contributes 0, to the loss and to both derivatives.
///
/// - Parameters:
///   - logits: Scores `[…, C]` before any softmax, `f32` or `f64`.
///   - probabilities: The probability of each class, of the type and shape of the scores.
///
/// Mistakes: `.shapeMismatch` or `.scalarTypeMismatch` where the two types differ.
public func crossEntropy(
  logits: Value, probabilities: Value, file: String = #fileID, line: Int = #line
) -> Value {
  logits.builder.placed(
    "crossEntropy", CrossEntropyProbabilities(), on: [logits, probabilities], file, line)
}

// The page of the reference.
extension CrossEntropyProbabilities {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .composite, "The mean cross-entropy of class scores against probabilities.",
      formula: "L = mean(log Σₖ exp(xₖ) − Σₖ qₖ · xₖ)",
      operands: [
        OperatorPage.Part("x", "[…, C], the scores before any softmax"),
        OperatorPage.Part("q", "that of x"),
      ],
      result: "A scalar of the type of x.",
      reverse: ["x̄ = L̄ · (softmax(x) − q)/n for n rows", "q̄ = −L̄ · x/n"],
      forward: "L̇ = Σ ∂L/∂x · ẋ + Σ ∂L/∂q · q̇",
      conventions: [
        "A probability of 0 at a score of −∞ contributes 0, to both derivatives as well."
      ],
      example: OperatorPage.Example(
        [
          OperatorPage.Input("x", .f64, [2, 3], elements: [1, 2, 0.5, 0, -1, 3]),
          OperatorPage.Input("q", .f64, [2, 3], elements: [0, 1, 0, 0.25, 0.25, 0.5]),
        ], "crossEntropy(logits: x, probabilities: q)"
      ) { crossEntropy(logits: $1[0], probabilities: $1[1]) })
  }
}
