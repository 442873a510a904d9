import AdjointCore
import AdjointGraph

// exp overflows from 89 on in f32, and so do sums of exponentials. Formulas of such sums become the composites that
// are computed less the greatest exponent m, and whose derivatives are stated:
//
//     log Σ exp(x)              →  log_sum_exp(x)
//     m + log Σ exp(x − m)      →  log_sum_exp(x)
//     exp(x) / Σ exp(x)         →  softmax(x), also with x − m for x
//     log(softmax(x))           →  log_softmax(x)
// Roots: log, add, divide, multiply. Sums may be reshaped on the way.
extension Rewrite {
  private static let power = exp(x).known(as: a)
  private static let sumOfPowers = reshaped(reduceSum(exp(x)).known(as: s))
  private static let shifted = (x - broadcast(reshaped(m)).known(as: b)).known(as: d)
  private static let sumOfShifted = reshaped(reduceSum(exp(shifted)).known(as: s))
  private static let isRepeated = "the sum is repeated along the axes summed over"

  static let logSumExp = Rewrite(
    log(sumOfPowers), to: "log_sum_exp(x)",
    where: "there are axes summed over, and x is not less its greatest element", .stableForm
  ) { match in
    guard let axes = match[s].definition(as: ReduceSum.self)?.axes, !axes.isEmpty,
      match[x].shiftedValue == nil
    else { return nil }
    return match.site.logSumExp(of: match[x], over: axes)
  }

  /// A log-sum-exp less the greatest element, to which that is added again.
  static let logSumExpOfShifted = Rewrite(
    reshaped(m) + reshaped(log(sumOfShifted)),
    to: "log_sum_exp(x)", where: "m is repeated along the axes summed over", .stableForm
  ) { match in
    guard let reduction = match[s].definition(as: ReduceSum.self), !reduction.axes.isEmpty,
      match[b].definition(as: Broadcast.self)?.axes == reduction.keptAxes(rank: match[d].rank)
    else { return nil }
    return match.site.logSumExp(of: match[x], over: reduction.axes)
  }

  /// A softmax written out.
  static let softmax = Rewrite(
    exp(x) / broadcast(sumOfPowers).known(as: b), to: "softmax(x)", where: isRepeated, .stableForm
  ) { match in
    guard let (_, axes) = match[b].repeatedSum else { return nil }
    return match.builder.apply(Softmax(axes: axes), [match[x].withoutShift(over: axes)])
  }

  /// A softmax written as a product.
  static let softmaxOfProduct = Rewrite(
    power * inverse(broadcast(sumOfPowers).known(as: b)),
    to: "exp(x) / broadcast(reduce_sum(exp(x)))",
    where: isRepeated, .stableForm
  ) { match in
    guard match[b].repeatedSum != nil else { return nil }
    return match.builder.apply(Divide(), [match[a], match[b]])
  }

  /// A softmax written as a product whose second factor is repeated after it was divided.
  static let softmaxOfRepeatedFactor = Rewrite(
    power * broadcast(reshaped(inverse(sumOfPowers))).known(as: b),
    to: "exp(x) / broadcast(reduce_sum(exp(x)))", where: isRepeated, .stableForm
  ) { match in
    guard let repeated = match[b].definition(as: Broadcast.self),
      let reduction = match[s].definition(as: ReduceSum.self),
      match[s].shape == match[b].operands[0].shape,
      repeated.axes == reduction.keptAxes(rank: match[a].rank)
    else { return nil }
    let divisor = match[s].repeated(over: match[a], alongAxes: reduction.axes)
    return match.builder.apply(Divide(), [match[a], divisor])
  }

  /// The logarithm of a softmax.
  static let logSoftmax = Rewrite(
    log(.any(Softmax.self, of: [x]).known(as: y)), to: "log_softmax(x)", .stableForm
  ) { match in
    match[y].definition(as: Softmax.self).map {
      match.builder.apply(LogSoftmax(axes: $0.axes), [match[x]])
    }
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
  /// The sum that this value repeats along the axes summed over.
  fileprivate var repeatedSum: (sum: Value, axes: [Int])? {
    guard let broadcast = definition(as: Broadcast.self) else { return nil }
    let sum = operands[0].beneathReshapes
    guard let reduction = sum.definition(as: ReduceSum.self), !reduction.axes.isEmpty,
      sum.shape == operands[0].shape, broadcast.axes == reduction.keptAxes(rank: rank)
    else { return nil }
    return (sum, reduction.axes)
  }

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
