import AdjointCore
import AdjointGraph

/// `y = log Σ exp(x) − Σ of the selected x`, the sums over axes, which the result no longer has.
///
/// With the mask of a label it is the cross-entropy of scores x. It is computed as
/// `log Σ exp(x − m) − (Σ of the selected x − m)`.
package struct SelectedCrossEntropy: AxesComposite {
  package static let mnemonic = "selected_cross_entropy"

  package let axes: [Int]
  package init(axes: [Int]) { self.axes = axes }

  package func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try operands.expect(count: 2)
    let scores = try checkedOperand([operands[0]])
    try operands[1].expectTruthValues()
    guard operands[1].shape == scores.shape else {
      throw Diagnostic(
        .shapeMismatch, "the operands have different shapes, \(scores) and \(operands[1])")
    }
    return [reduced(scores)]
  }

  package var derivative: Derivative {
    .rules(
      vjp: { site, cotangents in
        guard let cotangent = cotangents[0] else { return [nil, nil] }
        let slope = slope(at: site)
        return [slope * repeated(cotangent, over: slope), nil]
      },
      jvp: { site, tangents in [tangents[0].map { sum(slope(at: site) * $0) }] })
  }

  /// softmax(x) − 1 where selected, softmax(x) elsewhere.
  private func slope(at site: Derivative.Site) -> Value {
    let softmax = site.builder.apply(Softmax(axes: axes), [site.operands[0]])
    return softmax - select(site.operands[1], site.builder.full(1, softmax.type), 0)
  }

  package func expansion(of operands: [Value]) throws(Diagnostic) -> [Value] {
    let (x, isSelected) = (operands[0], operands[1])
    let chosen = sum(select(isSelected, x, 0))
    return [ShiftedLogSumExp(of: x, over: axes).less(chosen)]
  }
}

// The page of the reference.
extension SelectedCrossEntropy {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .composite,
      "The cross-entropy of each row of scores against a label that is given as a mask.",
      formula: "y = log Σₖ exp(xₖ) − Σₖ of the selected xₖ",
      operands: [
        OperatorPage.Part("x", "any shape"), OperatorPage.Part("mask", "that of x, bool"),
      ],
      result: "The other axes of x.",
      attributes: [OperatorPage.Part("axes", "the axes of the classes, ascending")],
      reverse: ["x̄ = ȳ · (softmax(x) − q), with q 1 where selected and 0 elsewhere"],
      forward: "ẏ = Σₖ (softmax(x)ₖ − qₖ) · ẋₖ",
      conventions: [
        "It is computed from x − max(x), so that an offset of all scores costs no digits.",
        "`cross_entropy` is its mean, with the mask of a class number.",
      ],
      example: OperatorPage.Example(
        [
          OperatorPage.Input("x", .f64, [2, 3], elements: [1, 2, 0.5, 0, -1, 3]),
          OperatorPage.Input("mask", .bool, [2, 3], elements: [0, 1, 0, 0, 0, 1]),
        ], nil
      ) { $0.apply(SelectedCrossEntropy(axes: [1]), $1) })
  }
}
