import AdjointCore
import AdjointGraph

// exp overflows from 89 on in f32. Sums of exponentials are therefore computed less the greatest
// exponent m:
//
//     log Σ exp(x)     →  m + log Σ exp(x − m)
//     exp(x) / Σ exp(x)  →  exp(x − m) / Σ exp(x − m)
//     log(exp(x) / Σ exp(x))  →  x − log Σ exp(x), with x − m for x
//
// None of these depends on m, so the derivative stops at it. That also marks what has been rewritten.
extension Rewrite {
  /// The logarithm of a sum of exponentials, the sum reshaped or not.
  static let logSumExp = Rewrite("log Σ exp(x) → m + log Σ exp(x − m)", .stableForm) {
    site in
    let sum = site.operands[0].beneathReshapes
    guard let axes = sum.definition(as: ReduceSum.self)?.axes, !axes.isEmpty,
      let exponent = sum.operands[0].argument(of: Exp.self), !exponent.isShifted
    else { return nil }
    let result = ShiftedLogSumExp(of: exponent, over: axes).sum()
    if result.type == site.resultType { return result }
    return site.builder.apply(Reshape(shape: site.resultType.shape), [result])
  }

  /// A softmax written out.
  static let softmax = Rewrite(
    "exp(x) / Σ exp(x) → exp(x − m) / Σ exp(x − m)", .stableForm
  ) { site in
    guard let softmax = SoftmaxParts(site.operands[0], over: site.operands[1]),
      !softmax.exponent.isShifted
    else { return nil }
    let builder = site.builder
    let shift = softmax.exponent.finiteMaximum(over: softmax.axes)
    let powers = builder.apply(
      Exp(), [softmax.exponent.shifted(by: shift, over: softmax.axes)])
    let sum = builder.apply(ReduceSum(axes: softmax.axes), [powers])
    return builder.apply(
      Divide(), [powers, sum.repeated(over: powers, alongAxes: softmax.axes)])
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
  static let logSoftmax = Rewrite(
    "log(exp(x) / Σ exp(x)) → x − log Σ exp(x)", .stableForm
  ) { site in
    guard let softmax = SoftmaxParts(site.operands[0]) else { return nil }
    let logarithm = site.builder.apply(Log(), [softmax.sum])
    return softmax.exponent
      - logarithm.repeated(over: softmax.exponent, alongAxes: softmax.axes)
  }
}

extension Value {
  /// This value, or what the reshapes that compute it began with.
  var beneathReshapes: Value {
    var value = self
    while value.definition(as: Reshape.self) != nil { value = value.operands[0] }
    return value
  }

  /// Whether something was subtracted that stands for the greatest element: a value that derivatives
  /// stop at, or a maximum.
  fileprivate var isShifted: Bool {
    guard definition(as: Subtract.self) != nil else { return false }
    var shift = operands[1]
    while true {
      if shift.definition(as: StopGradient.self) != nil { return true }
      if shift.definition(as: ReduceMax.self) != nil { return true }
      if shift.definition(as: Broadcast.self) != nil || shift.definition(as: Reshape.self) != nil {
        shift = shift.operands[0]
      } else if shift.definition(as: Select.self) != nil {
        shift = shift.operands[1]
      } else {
        return false
      }
    }
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
