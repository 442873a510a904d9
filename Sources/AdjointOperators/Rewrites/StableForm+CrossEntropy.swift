import AdjointCore
import AdjointGraph

// The derivative of a sum of exponentials under a logarithm is a softmax, and that of a
// cross-entropy a softmax less the label. As the rules of the single operators give them, a
// quotient of cotangent and sum meets the exponentials late, and the cotangent is multiplied into
// each term:
//
//     exp(x) · broadcast(c / Σ exp(x))            →  (exp(x) / broadcast(Σ exp(x))) · broadcast(c)
//     softmax(x) · k + select(label, −k, 0)       →  (softmax(x) − select(label, 1, 0)) · k
//     softmax(x) · k + q · (−k)                   →  (softmax(x) − q) · k
//
// The right-hand sides have factors between 0 and 1, and the softmax is often computed already.
extension Rewrite {
  /// At a product.
  static let softmaxOfQuotient = Rewrite(
    "exp(x) · (c / Σ exp(x)) → softmax(x) · c", .stableForm
  ) { site in
    for (power, factor) in site.operands.inEitherOrder {
      guard power.argument(of: Exp.self) != nil,
        let broadcast = factor.definition(as: Broadcast.self),
        let (cotangent, sum) = factor.operands[0].quotient,
        let reduction = sum.definition(as: ReduceSum.self), sum.operands[0].isIdentical(to: power),
        broadcast.axes == reduction.keptAxes(rank: power.rank)
      else { continue }
      let total = sum.repeated(over: power, alongAxes: reduction.axes)
      let softmax = site.builder.apply(Divide(), [power, total])
      let scale = cotangent.repeated(over: power, alongAxes: reduction.axes)
      return site.builder.apply(Multiply(), [softmax, scale])
    }
    return nil
  }

  /// At a sum or a difference.
  static let softmaxLessLabel = Rewrite(
    "softmax(x) · k − q · k → (softmax(x) − q) · k", .stableForm
  ) { site in
    guard let left = ScaledTerm(site.operands[0]), let right = ScaledTerm(site.operands[1]),
      left.isSoftmax || right.isSoftmax
    else { return nil }
    let isDifference = site.operation is Subtract
    // The sign of the right term's factor against the left one's, as this node combines them.
    guard let sign = left.scale.sign(against: right.scale) else { return nil }
    let combination: any Operator = (sign < 0) == isDifference ? Add() : Subtract()
    // The softmax in front and its scale, so that softmax − label, not label − softmax, results.
    let isSwapped = !left.isSoftmax && !isDifference
    let (first, second) = isSwapped ? (right, left) : (left, right)
    let factors = [first.factor(in: site.builder), second.factor(in: site.builder)]
    let combined = site.builder.apply(combination, factors)
    return site.builder.apply(Multiply(), [combined, first.scaleValue])
  }
}

/// A number that is the same everywhere: plus or minus a scalar, repeated.
private struct UniformScale {
  let scalar: Value
  let isNegated: Bool

  init?(_ value: Value) {
    var value = value
    var isNegated = false
    while value.rank > 0 {
      if value.definition(as: Negate.self) != nil {
        isNegated.toggle()
      } else if value.definition(as: Broadcast.self) == nil {
        return nil
      }
      value = value.operands[0]
    }
    scalar = value
    self.isNegated = isNegated
  }

  /// 1 where both are equal, −1 where one is the negative of the other, nil where neither is known.
  func sign(against other: UniformScale) -> Int? {
    let sign = isNegated == other.isNegated ? 1 : -1
    if scalar.isIdentical(to: other.scalar) { return sign }
    guard let a = scalar.constantNumber, let b = other.scalar.constantNumber else { return nil }
    return a == b ? sign : a == -b ? -sign : nil
  }
}

extension Value {
  /// The product q · x of a value that is select(q = 0 ∧ …, 0, q · x), which is the same for finite x.
  fileprivate var unguardedProduct: Value? {
    guard definition(as: Select.self) != nil, operands[1].isConstant(0),
      operands[2].definition(as: Multiply.self) != nil,
      operands[0].definition(as: And.self) != nil
    else { return nil }
    for condition in operands[0].operands where condition.definition(as: Equal.self) != nil {
      for (factor, number) in condition.operands.inEitherOrder where number.isConstant(0) {
        if operands[2].operands.contains(where: { $0.isIdentical(to: factor) }) {
          return operands[2]
        }
      }
    }
    return nil
  }
}

/// A value times a number that is the same everywhere.
private struct ScaledTerm {
  private enum Factor {
    case value(Value)
    /// 1 where the condition holds, 0 elsewhere.
    case indicator(condition: Value)
  }

  private let factor: Factor
  let scale: UniformScale
  let scaleValue: Value

  init?(_ term: Value) {
    let term = term.unguardedProduct ?? term
    let operands = term.operands
    if term.definition(as: Multiply.self) != nil {
      let order = UniformScale(operands[1]) != nil ? [0, 1] : [1, 0]
      guard let scale = UniformScale(operands[order[1]]) else { return nil }
      (factor, self.scale, scaleValue) = (.value(operands[order[0]]), scale, operands[order[1]])
    } else if term.definition(as: Select.self) != nil, operands[2].isConstant(0) {
      guard let scale = UniformScale(operands[1]) else { return nil }
      (factor, self.scale, scaleValue) = (
        .indicator(condition: operands[0]), scale, operands[1]
      )
    } else {
      return nil
    }
  }

  /// Whether the factor is exp(x) / broadcast(Σ exp(x)).
  var isSoftmax: Bool {
    guard case .value(let value) = factor else { return false }
    return SoftmaxParts(value) != nil
  }

  func factor(in builder: GraphBuilder) -> Value {
    switch factor {
    case .value(let value): return value
    case .indicator(let condition):
      let type = TensorType(scale.scalar.scalarType, condition.shape)
      return builder.apply(
        Select(), [condition, builder.full(1, type), builder.full(0, type)])
    }
  }
}
