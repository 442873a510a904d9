import AdjointCore
import AdjointGraph

/// `L = mean(log Σ exp(x) − x_label)` over the last axis of scores, against class numbers.
package struct CrossEntropy: Composite {
  package static let mnemonic = "cross_entropy"
  package init() {}

  package init(attributes: AttributeList) throws(Diagnostic) { try attributes.allowOnly() }
  package var attributes: AttributeList { AttributeList() }

  package func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try operands.expect(count: 2)
    let (logits, indices) = (operands[0], operands[1])
    try logits.expectFloatingPoint()
    try indices.expectIndices()
    guard logits.rank > 0, indices.shape.dimensions == logits.shape.dimensions.dropLast() else {
      throw Diagnostic(
        .shapeMismatch,
        "the labels \(indices) must have the shape of the logits \(logits) without its "
          + "last axis, which holds the classes")
    }
    return [TensorType(logits.scalarType, .scalar)]
  }

  package func expansion(of operands: [Value]) throws(Diagnostic) -> [Value] {
    let (logits, indices) = (operands[0], operands[1])
    // Class numbers need not fit into 8 bits.
    let labels = indices.scalarType == .u8 ? indices.cast(to: .i32) : indices
    let axes = [logits.rank - 1]
    let classes = logits.builder.iota(labels.scalarType, logits.shape, axis: axes[0])
    let isLabel = classes .== labels.repeated(over: logits, alongAxes: axes)
    return [logits.builder.apply(SelectedCrossEntropy(axes: axes), [logits, isLabel]).mean()]
  }
}

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
  logits.builder.placed("crossEntropy", CrossEntropy(), on: [logits, indices], file, line)
}

// The page of the reference.
extension CrossEntropy {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .composite, "The mean cross-entropy of class scores against class numbers.",
      formula: "L = mean(log Σₖ exp(xₖ) − x_label)",
      operands: [
        OperatorPage.Part("x", "[…, C], the scores before any softmax"),
        OperatorPage.Part("labels", "[…] of whole numbers"),
      ],
      result: "A scalar of the type of x.",
      reverse: ["x̄ = L̄ · (softmax(x) − q)/n for n labels, with q 1 at the label and 0 elsewhere"],
      forward: "L̇ = Σ ∂L/∂x · ẋ",
      conventions: ["A label outside the classes counts as the score 0."],
      example: OperatorPage.Example(
        [
          OperatorPage.Input("x", .f64, [2, 3], elements: [1, 2, 0.5, 0, -1, 3]),
          OperatorPage.Input("labels", .i32, elements: [1, 2]),
        ], "crossEntropy(logits: x, indices: labels)"
      ) { crossEntropy(logits: $1[0], indices: $1[1]) })
  }
}
