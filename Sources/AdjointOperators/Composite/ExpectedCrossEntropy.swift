import AdjointCore
import AdjointGraph

/// `y = log Σ exp(x) − Σ q·x`, the sums over axes, which the result no longer has.
///
/// For probabilities q it is the cross-entropy of scores x. It is computed as
/// `log Σ exp(x − m) − Σ q·(x − m) + m·(1 − Σ q)`, where the last term is left out if it is but the rounding of
/// probabilities, and so is what has no probability at a score of −∞.
package struct ExpectedCrossEntropy: AxesComposite {
  package static let mnemonic = "expected_cross_entropy"

  package let axes: [Int]
  package init(axes: [Int]) { self.axes = axes }

  package func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try operands.expect(count: 2)
    _ = try operands.expectEqual()
    return [reduced(try checkedOperand([operands[0]]))]
  }

  package var derivative: Derivative {
    .rules(
      vjp: { site, cotangents in
        guard let cotangent = cotangents[0] else { return [nil, nil] }
        let repeated = repeated(cotangent, over: site.operands[0])
        return [
          site.wanted[0] ? slope(at: site) * repeated : nil,
          site.wanted[1] ? -(counted(at: site) * repeated) : nil,
        ]
      },
      jvp: { site, tangents in
        let ofScores = tangents[0].map { sum(slope(at: site) * $0) }
        let ofProbabilities = tangents[1].map { sum(counted(at: site) * $0) }
        guard let ofScores else { return [ofProbabilities.map { -$0 }] }
        return [ofProbabilities.map { ofScores - $0 } ?? ofScores]
      })
  }

  /// softmax(x) − q.
  private func slope(at site: Derivative.Site) -> Value {
    site.builder.apply(Softmax(axes: axes), [site.operands[0]]) - site.operands[1]
  }

  /// x, but 0 where that is −∞ and has no probability.
  private func counted(at site: Derivative.Site) -> Value {
    let (x, q) = (site.operands[0], site.operands[1])
    return select((q .== 0) .& (x .== -.infinity), 0, x)
  }

  package func expansion(of operands: [Value]) throws(Diagnostic) -> [Value] {
    [ShiftedLogSumExp(of: operands[0], over: axes).less(expected: operands[1])]
  }
}

// The page of the reference.
extension ExpectedCrossEntropy {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .composite,
      "The cross-entropy of each row of scores against probabilities.",
      formula: "y = log Σₖ exp(xₖ) − Σₖ qₖ · xₖ",
      operands: [OperatorPage.Part("x", "any shape"), OperatorPage.Part("q", "that of x")],
      result: "The other axes of x.",
      attributes: [OperatorPage.Part("axes", "the axes of the classes, ascending")],
      reverse: ["x̄ = ȳ · (softmax(x) − q)", "q̄ = −ȳ · x"],
      forward: "ẏ = Σₖ (softmax(x)ₖ − qₖ) · ẋₖ − Σₖ xₖ · q̇ₖ",
      conventions: [
        "It is computed from x − max(x), so that an offset of all scores costs no digits.",
        "A probability of 0 at a score of −∞ contributes 0, to both derivatives as well.",
        "`cross_entropy_probabilities` is its mean.",
      ],
      example: OperatorPage.Example(
        [
          OperatorPage.Input("x", .f64, [2, 3], elements: [1, 2, 0.5, 0, -1, 3]),
          OperatorPage.Input("q", .f64, [2, 3], elements: [0, 1, 0, 0.25, 0.25, 0.5]),
        ], nil
      ) { $0.apply(ExpectedCrossEntropy(axes: [1]), $1) })
  }
}
