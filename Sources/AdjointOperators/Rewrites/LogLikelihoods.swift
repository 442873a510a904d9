import AdjointCore
import AdjointGraph

// A cross-entropy takes from log Σ exp(x) something of the same offset, and a log-likelihood the other
// way round. Where that offset is large, the sum m + log Σ exp(x − m) has lost what the difference would
// be made of. What is known as a cross-entropy, or as the logarithm of a softmax, becomes that; of anything else
// the offset m is subtracted first:
//
//     log Σ exp(x) − Σ select(label, x, 0)  →  selected_cross_entropy(x, label)
//     log Σ exp(x) − Σ q·x                  →  expected_cross_entropy(x, q)
//     x − broadcast(log Σ exp(x))           →  log_softmax(x)
//     log Σ exp(x) − c                      →  log Σ exp(x − m) − (c − m)
extension Rewrite {
  // At a difference and at a sum with a negative, whichever of the two is the log-sum-exp.
  static let logSumExpLess = Rewrite(
    logSumExpTerm - c, to: "log Σ exp(x − m) − (c − m)", where: summed, .stableForm
  ) { differenceOfLogSumExp($0[y], $0[c]) }

  static let lessLogSumExp = Rewrite(
    c - logSumExpTerm, to: "(c − m) − log Σ exp(x − m)", where: summed, .stableForm
  ) { differenceOfLogSumExp($0[c], $0[y]) }

  static let logSumExpAndNegative = Rewrite(
    logSumExpTerm + (-c), to: "log Σ exp(x − m) − (c − m)", where: summed, .stableForm
  ) { differenceOfLogSumExp($0[y], $0[c]) }

  static let negativeLogSumExpAnd = Rewrite(
    c + (-logSumExpTerm), to: "(c − m) − log Σ exp(x − m)", where: summed, .stableForm
  ) { differenceOfLogSumExp($0[c], $0[y]) }

  /// A log-sum-exp, reshaped or repeated.
  private static let logSumExpTerm = viewed(.any(LogSumExp.self, of: [x])).known(as: y)
  private static let summed =
    "there are axes summed over; of a known cross-entropy or log_softmax that one"

  private static func differenceOfLogSumExp(
    _ left: Value, _ right: Value
  ) -> Value? {
    if let term = LogSumExpTerm(left) {
      if let entropy = term.crossEntropy(against: right) { return entropy }
      return term.excess() - (right - term.shift())
    }
    if let term = LogSumExpTerm(right) {
      if term.isRepeated(over: left) {
        return left.builder.apply(LogSoftmax(axes: term.axes), [left])
      }
      if let entropy = term.crossEntropy(against: left) { return -entropy }
      return (left - term.shift()) - term.excess()
    }
    return nil
  }
}

/// A log-sum-exp, reshaped or repeated.
private struct LogSumExpTerm {
  let axes: [Int]
  private let x: Value
  private let sum: Value
  /// What is done to it, first to last.
  private let views: [any Operator]
  private let value: Value

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
    guard let operation = sum.definition(as: LogSumExp.self), !operation.axes.isEmpty else {
      return nil
    }
    axes = operation.axes
    x = sum.operands[0]
    self.sum = sum
    self.views = views.reversed()
    self.value = value
  }

  /// m.
  func shift() -> Value { viewed(x.finiteMaximum(over: axes)) }

  /// log Σ exp(x − m).
  func excess() -> Value { viewed(x.builder.apply(LogSumExpExcess(axes: axes), [x])) }

  private func viewed(_ value: Value) -> Value {
    var value = value
    for view in views { value = value.builder.apply(view, [value]) }
    return value
  }

  /// Whether it is that of a value, repeated along the axes summed over.
  func isRepeated(over other: Value) -> Bool {
    guard other.isIdentical(to: x), let broadcast = value.definition(as: Broadcast.self) else {
      return false
    }
    let repeated = value.operands[0]
    return repeated.shape == sum.shape && repeated.beneathReshapes.isIdentical(to: sum)
      && broadcast.axes == (0..<x.rank).filter { !axes.contains($0) }
  }

  /// The difference of this and Σ select(label, x, 0) or Σ q·x; nil where the other value is not such a sum
  /// over the same axes.
  func crossEntropy(against other: Value) -> Value? {
    let total = other.beneathReshapes
    guard value.shape.elementCount == sum.shape.elementCount, views.allSatisfy({ $0 is Reshape }),
      total.definition(as: ReduceSum.self)?.axes == axes
    else { return nil }
    return rows(against: total.operands[0]).map { rows in
      rows.type == value.type
        ? rows : rows.builder.apply(Reshape(shape: value.shape), [rows])
    }
  }

  /// The cross-entropies of the rows, where their terms are known as such.
  private func rows(against terms: Value) -> Value? {
    if terms.definition(as: Select.self) != nil, terms.operands[1].isIdentical(to: x),
      terms.operands[2].isConstant(0)
    {
      return x.builder.apply(SelectedCrossEntropy(axes: axes), [x, terms.operands[0]])
    }
    guard terms.definition(as: Multiply.self) != nil else { return nil }
    for (q, score) in terms.operands.inEitherOrder where score.isIdentical(to: x) {
      return x.builder.apply(ExpectedCrossEntropy(axes: axes), [x, q])
    }
    return nil
  }
}
