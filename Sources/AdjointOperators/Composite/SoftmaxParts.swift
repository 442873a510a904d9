import AdjointCore
import AdjointGraph

/// The parts of exp(x) / Σ exp(x).
struct SoftmaxParts {
  let exponent: Value
  let axes: [Int]
  /// Σ exp(x), without the axes summed over.
  let sum: Value

  /// Nil unless the value is a quotient of these.
  init?(_ value: Value) {
    guard value.definition(as: Divide.self) != nil else { return nil }
    self.init(value.operands[0], over: value.operands[1])
  }

  /// Nil unless the divisor is the sum of the dividend, repeated along the axes summed over.
  init?(_ dividend: Value, over divisor: Value) {
    guard let exponent = dividend.argument(of: Exp.self), let (sum, axes) = divisor.repeatedSum,
      let summed = sum.operands[0].argument(of: Exp.self), summed.isIdentical(to: exponent)
    else { return nil }
    self.exponent = exponent
    self.axes = axes
    self.sum = sum
  }

  /// Whether the exponent is that of another softmax, or less by what is the same for all that are
  /// summed: both softmaxes are then one.
  func equalsUpToShift(_ other: SoftmaxParts) -> Bool {
    guard axes == other.axes else { return false }
    if exponent.isIdentical(to: other.exponent) { return true }
    guard exponent.definition(as: Subtract.self) != nil,
      exponent.operands[0].isIdentical(to: other.exponent),
      let shift = exponent.operands[1].definition(as: Broadcast.self)
    else { return false }
    return Set(axes).isDisjoint(with: shift.axes)
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
