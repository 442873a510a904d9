import AdjointCore
import AdjointGraph

/// `y = log Σ exp(x) − max(x)`, the sum over axes, which the result no longer has, computed as
/// `log Σ exp(x − m)`.
///
/// It is what is left of a sum of exponentials whose offset is subtracted elsewhere. The greatest element
/// m counts as a constant, here as there: what it adds to one derivative it takes from the other.
package struct LogSumExpExcess: AxesComposite {
  package static let mnemonic = "log_sum_exp_excess"

  package let axes: [Int]
  package init(axes: [Int]) { self.axes = axes }

  package func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    [reduced(try checkedOperand(operands))]
  }

  package var derivative: Derivative { sumOfExponentialsDerivative }

  package func expansion(of operands: [Value]) throws(Diagnostic) -> [Value] {
    [ShiftedLogSumExp(of: operands[0], over: axes).logarithm]
  }
}

// The page of the reference.
extension LogSumExpExcess {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .composite,
      "The logarithm of the sum of the exponentials less the greatest element, which counts as a constant.",
      formula: "y = log Σₖ exp(xₖ − m)",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The other axes of x.",
      attributes: [OperatorPage.Part("axes", "the axes, ascending")],
      reverse: ["x̄ = ȳ · softmax(x)"],
      forward: "ẏ = Σₖ softmax(x)ₖ · ẋₖ",
      conventions: [
        "The greatest element m is that over the axes, or 0 where it is infinite; the derivative stops at it.",
        "The passes write it where a formula takes something of the same offset from log Σ exp(x).",
      ],
      example: OperatorPage.Example(
        [OperatorPage.Input("x", .f64, [2, 3], elements: [3, -1, 2, 0.5, 4, -6])], nil
      ) { $0.apply(LogSumExpExcess(axes: [1]), $1) })
  }
}
