import AdjointCore
import AdjointGraph

/// The mean cross-entropy of class scores against labels that are class numbers, a scalar.
///
/// `L = mean(log Σ_k exp(x_k) − x_label)`, the mean over all axes but the last, which holds the
/// classes; `∂L/∂x = (softmax(x) − one_hot(label)) / n` with the number n of labels. It is computed
/// as `log Σ_k exp(x_k − m) − (x_label − m)` with the largest score m, so that an offset that all
/// scores have in common costs no digits. A label outside the classes counts as the score 0.
///
/// - Parameters:
///   - logits: Scores `[…, C]` before any softmax, `f32` or `f64`.
///   - indices: Class numbers `[…]`, `i32`, `i64` or `u8`.
///
/// Mistakes: `.shapeMismatch` where the labels do not have the shape of the scores without the classes,
/// `.scalarTypeMismatch` for other scalar types.
public func crossEntropy(
  logits: Value, indices: Value, file: String = #fileID, line: Int = #line
) -> Value {
  logits.builder.placed("crossEntropy", of: [logits, indices], file, line) {
    () throws(Diagnostic) in
    try logits.type.expectFloatingPoint()
    try indices.type.expectIndices()
    guard logits.rank > 0, indices.shape.dimensions == logits.shape.dimensions.dropLast() else {
      throw Diagnostic(
        .shapeMismatch,
        "the labels \(indices.type) must have the shape of the logits \(logits.type) without its "
          + "last axis, which holds the classes")
    }
    // Class numbers need not fit into 8 bits.
    let labels = indices.scalarType == .u8 ? indices.cast(to: .i32) : indices
    let classAxis = logits.rank - 1
    let classes = logits.builder.iota(labels.scalarType, logits.shape, axis: classAxis)
    let isLabel = classes .== labels.repeated(over: logits, alongAxes: [classAxis])
    let chosen = select(isLabel, logits, 0).sum(squeezingAxes: [classAxis])
    return ShiftedLogSumExp(of: logits, over: [classAxis]).less(chosen).mean()
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
  logits.builder.placed("crossEntropy", of: [logits, probabilities], file, line) {
    () throws(Diagnostic) in
    try logits.type.expectFloatingPoint()
    _ = try [logits.type, probabilities.type].expectEqual()
    guard logits.rank > 0 else {
      throw Diagnostic(
        .shapeMismatch, "the logits \(logits.type) need an axis for the classes")
    }
    let classAxis = logits.rank - 1
    return ShiftedLogSumExp(of: logits, over: [classAxis]).less(expected: probabilities).mean()
  }
}

// The page of the reference.
extension OperatorPage {
  static let crossEntropyPage = OperatorPage(
    "crossEntropy", .composite,
    "The mean cross-entropy of class scores against class numbers or "
      + "probabilities.",
    formula: "L = mean(log Σₖ exp(xₖ) − x_label), or mean(log Σₖ exp(xₖ) − Σₖ qₖ · xₖ)",
    operands: [
      OperatorPage.Part("x", "[…, C], the scores before any softmax"),
      OperatorPage.Part("indices or probabilities", "[…] of whole numbers, or that of x"),
    ],
    result: "A scalar of the type of x.",
    reverse: [
      "x̄ = L̄ · (softmax(x) − q)/n for n labels; of a class number, q is 1 there "
        + "and 0 elsewhere", "q̄ = −L̄ · x/n",
    ],
    forward: "L̇ = Σ ∂L/∂x · ẋ + Σ ∂L/∂q · q̇",
    conventions: [
      "A label outside the classes counts as the score 0.",
      "A probability of 0 at a score of −∞ contributes 0.",
    ],
    example: OperatorPage.Example(
      [
        OperatorPage.Input("x", .f64, [2, 3], elements: [1, 2, 0.5, 0, -1, 3]),
        OperatorPage.Input("labels", .i32, elements: [1, 2]),
      ], "crossEntropy(logits: x, indices: labels)"
    ) { crossEntropy(logits: $1[0], indices: $1[1]) })
}
