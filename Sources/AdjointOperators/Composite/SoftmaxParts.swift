import AdjointCore
import AdjointGraph

/// The parts of exp(x) / Σ exp(x).
struct SoftmaxParts {
  let exponent: Value
  let axes: [Int]

  /// Nil unless the divisor is the sum of the dividend, repeated along the axes summed over.
  init?(_ dividend: Value, over divisor: Value) {
    guard let exponent = dividend.argument(of: Exp.self), let (sum, axes) = divisor.repeatedSum,
      let summed = sum.operands[0].argument(of: Exp.self), summed.isIdentical(to: exponent)
    else { return nil }
    self.exponent = exponent
    self.axes = axes
  }
}

extension Value {
  /// The sum that this value repeats along the axes summed over.
  var repeatedSum: (sum: Value, axes: [Int])? {
    guard let broadcast = definition(as: Broadcast.self) else { return nil }
    let sum = operands[0].beneathReshapes
    guard let reduction = sum.definition(as: ReduceSum.self), !reduction.axes.isEmpty,
      sum.shape == operands[0].shape, broadcast.axes == reduction.keptAxes(rank: rank)
    else { return nil }
    return (sum, reduction.axes)
  }
}
