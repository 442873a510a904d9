import AdjointCore
import AdjointGraph

// A cross-entropy takes from log Σ exp(x) something of the same offset, and a log-likelihood the other
// way round. Where that offset is large, the sum m + log Σ exp(x − m) has lost what the difference would
// be made of, so the offset is subtracted first:
//
//     (m + log Σ exp(x − m)) − x_label             →  log Σ exp(x − m) − (x_label − m)
//     x − broadcast(m + log Σ exp(x − m))          →  (x − broadcast(m)) − broadcast(log Σ exp(x − m))
//     (m + log Σ exp(x − m)) − Σ q·x               →  log Σ exp(x − m) − Σ q·(x − m) + m·(1 − Σ q)
//
// An expectation Σ q·x has rounded already, so it is written anew; the last term is left out where it is
// but the rounding of probabilities.
extension Rewrite {
  /// At a difference.
  static let logSumExpDifference = Rewrite(
    "(m + log Σ exp(x − m)) − c → log Σ exp(x − m) − (c − m)", .stableForm
  ) { site in
    differenceOfLogSumExp(site.operands[0], site.operands[1])
  }

  /// At a sum with a negative.
  static let logSumExpSum = Rewrite(
    "(m + log Σ exp(x − m)) + (−c) → log Σ exp(x − m) − (c − m)", .stableForm
  ) { site in
    for (other, negative) in site.operands.inEitherOrder {
      guard let negated = negative.argument(of: Negate.self) else { continue }
      if let difference = differenceOfLogSumExp(other, negated) { return difference }
    }
    return nil
  }

  private static func differenceOfLogSumExp(
    _ left: Value, _ right: Value
  ) -> Value? {
    if let term = LogSumExpTerm(left) {
      if let expected = term.less(expectationIn: right) { return expected }
      return term.logarithm() - (right - term.shift())
    }
    if let term = LogSumExpTerm(right) {
      if let expected = term.less(expectationIn: left) { return -expected }
      return (left - term.shift()) - term.logarithm()
    }
    return nil
  }
}

/// A log-sum-exp, reshaped or repeated.
private struct LogSumExpTerm {
  private let parts: ShiftedLogSumExp
  /// What is done to it, first to last.
  private let views: [any Operator]
  private let type: TensorType

  init?(_ value: Value) {
    var views: [any Operator] = []
    var sum = value
    while true {
      if let broadcast = sum.definition(as: Broadcast.self) {
        views.append(broadcast)
      } else if let reshape = sum.definition(as: Reshape.self) {
        views.append(reshape)
      } else {
        break
      }
      sum = sum.operands[0]
    }
    guard let parts = ShiftedLogSumExp(sum) else { return nil }
    self.parts = parts
    self.views = views.reversed()
    type = value.type
  }

  /// m.
  func shift() -> Value { viewed(parts.shift) }

  /// log Σ exp(x − m).
  func logarithm() -> Value { viewed(parts.logarithm) }

  private func viewed(_ value: Value) -> Value {
    var value = value
    for view in views { value = value.builder.apply(view, [value]) }
    return value
  }

  /// The difference of this and Σ q·x; nil where the other value is not such a sum over the same axes.
  func less(expectationIn other: Value) -> Value? {
    let sum = other.beneathReshapes
    guard type.shape.elementCount == parts.logarithm.shape.elementCount,
      views.allSatisfy({ $0 is Reshape }),
      let axes = sum.definition(as: ReduceSum.self)?.axes, axes == parts.axes,
      sum.operands[0].definition(as: Multiply.self) != nil
    else { return nil }
    for (q, score) in sum.operands[0].operands.inEitherOrder
    where score.isIdentical(to: parts.shifted.operands[0]) {
      let difference = parts.less(expected: q)
      return difference.type == type
        ? difference : difference.builder.apply(Reshape(shape: type.shape), [difference])
    }
    return nil
  }
}
