import AdjointCore
import AdjointGraph

// exp overflows from 89 on in f32, and so do sums of exponentials. Formulas of such sums become the composites that
// are computed less the greatest exponent m, and whose derivatives are stated:
//
//     log Σ exp(x)              →  log_sum_exp(x)
//     m + log Σ exp(x − m)      →  log_sum_exp(x)
//     exp(x) / Σ exp(x)         →  softmax(x), also with x − m for x
//     log(softmax(x))           →  log_softmax(x)
extension Rewrite {
  /// The logarithm of a sum of exponentials, the sum reshaped or not.
  static let logSumExp = Rewrite("log Σ exp(x) → log_sum_exp(x)", .stableForm) {
    site in
    let sum = site.operands[0].beneathReshapes
    guard let axes = sum.definition(as: ReduceSum.self)?.axes, !axes.isEmpty,
      let exponent = sum.operands[0].argument(of: Exp.self), exponent.shiftedValue == nil
    else { return nil }
    return site.logSumExp(of: exponent, over: axes)
  }

  /// A log-sum-exp less the greatest element, to which that is added again.
  static let logSumExpOfShifted = Rewrite(
    "m + log Σ exp(x − m) → log_sum_exp(x)", .stableForm
  ) { site in
    guard let parts = ShiftedLogSumExp(addends: site.operands) else { return nil }
    return site.logSumExp(of: parts.shifted.operands[0], over: parts.axes)
  }

  /// A softmax written out.
  static let softmax = Rewrite("exp(x) / Σ exp(x) → softmax(x)", .stableForm) { site in
    guard let softmax = SoftmaxParts(site.operands[0], over: site.operands[1]) else { return nil }
    let x = softmax.exponent.withoutShift(over: softmax.axes)
    return site.builder.apply(Softmax(axes: softmax.axes), [x])
  }

  /// A softmax written as a product.
  static let softmaxOfProduct = Rewrite(
    "exp(x) · (1 / Σ exp(x)) → exp(x) / Σ exp(x)", .stableForm
  ) { site in
    for (power, factor) in site.operands.inEitherOrder {
      guard let exponent = power.argument(of: Exp.self) else { continue }
      if let divisor = factor.inverse {
        guard SoftmaxParts(power, over: divisor) != nil else { continue }
        return site.builder.apply(Divide(), [power, divisor])
      }
      guard let repeated = factor.definition(as: Broadcast.self),
        let sum = factor.operands[0].beneathReshapes.inverse?.beneathReshapes,
        let reduction = sum.definition(as: ReduceSum.self), sum.shape == factor.operands[0].shape,
        repeated.axes == reduction.keptAxes(rank: power.rank),
        sum.operands[0].argument(of: Exp.self)?.isIdentical(to: exponent) == true
      else { continue }
      let divisor = sum.repeated(over: power, alongAxes: reduction.axes)
      return site.builder.apply(Divide(), [power, divisor])
    }
    return nil
  }

  /// The logarithm of a softmax.
  static let logSoftmax = Rewrite("log(softmax(x)) → log_softmax(x)", .stableForm) { site in
    guard let softmax = site.operand(0, as: Softmax.self) else { return nil }
    return site.builder.apply(LogSoftmax(axes: softmax.axes), site.operands[0].operands)
  }
}

extension Rewrite.Site {
  /// log Σ exp(x) over axes, in the shape of the node that it takes the place of.
  fileprivate func logSumExp(of x: Value, over axes: [Int]) -> Value {
    let result = builder.apply(LogSumExp(axes: axes), [x])
    if result.type == resultType { return result }
    return builder.apply(Reshape(shape: resultType.shape), [result])
  }
}

extension Value {
  /// This value, or what the reshapes that compute it began with.
  var beneathReshapes: Value {
    var value = self
    while value.definition(as: Reshape.self) != nil { value = value.operands[0] }
    return value
  }

  /// The value from which something was subtracted that stands for its greatest element: a value that
  /// derivatives stop at, or a maximum.
  fileprivate var shiftedValue: Value? {
    guard definition(as: Subtract.self) != nil else { return nil }
    var shift = operands[1]
    while true {
      if shift.definition(as: StopGradient.self) != nil { return operands[0] }
      if shift.definition(as: ReduceMax.self) != nil { return operands[0] }
      if shift.definition(as: Broadcast.self) != nil || shift.definition(as: Reshape.self) != nil {
        shift = shift.operands[0]
      } else if shift.definition(as: Select.self) != nil {
        shift = shift.operands[1]
      } else {
        return nil
      }
    }
  }

  /// This value as it is before something was subtracted that is the same along axes, which cancels in a
  /// softmax over them.
  fileprivate func withoutShift(over axes: [Int]) -> Value {
    guard let value = shiftedValue, let shift = operands[1].definition(as: Broadcast.self),
      Set(axes).isDisjoint(with: shift.axes)
    else { return self }
    return value
  }

  /// The greatest elements over axes, 0 in place of infinite ones: ∞ − ∞ would be NaN, while 0 leaves
  /// a sum of exponentials at 0 or ∞, as it should be.
  func finiteMaximum(over axes: [Int]) -> Value {
    let greatest = builder.apply(ReduceMax(axes: axes), [self])
    let magnitude = builder.apply(Abs(), [greatest])
    let isFinite = builder.apply(Less(), [magnitude, builder.full(.infinity, greatest.type)])
    let shift = builder.apply(
      Select(), [isFinite, greatest, builder.full(0, greatest.type)])
    return builder.apply(StopGradient(), [shift])
  }

  /// This value less one number for each position of the axes not reduced over.
  func shifted(by shift: Value, over axes: [Int]) -> Value {
    builder.apply(Subtract(), [self, shift.repeated(over: self, alongAxes: axes)])
  }
}
