import AdjointCore
import AdjointGraph

// A softmax y = exp(x) / Σ exp(x) of cotangent c uses exp(x) twice, so that its derivative is put
// together from the two branches of the quotient:
//
//     exp(x) · (c / Σ exp(x) + Σ c · −(y / Σ exp(x)))           →  y · (c − Σ c · y)
//     exp(x) · (c / Σ exp(x)) + exp(x) · Σ c · −(y / Σ exp(x))  →  y · (c − Σ c · y)
//
// The right-hand side needs neither the exponentials nor their sum, which then end with the forward
// graph; it divides nothing; and exponentials that overflow do not matter to it. The difference in
// it does overflow where c is beyond half of the greatest number, which the left-hand side may
// survive, and an element whose y rounds to 0 has a gradient of 0 however great c is.
//
// Where the gradient itself is differentiated again in the same graph, the left-hand side is kept
// for that, and both are computed.
extension Rewrite {
  /// At a product.
  static let softmaxGradient = Rewrite(
    "exp(x) · (c / Σ exp(x) + Σ c · −(y / Σ exp(x))) → y · (c − Σ c · y)", .stableForm
  ) { site in
    for (power, factor) in site.operands.inEitherOrder
    where factor.definition(as: Add.self) != nil {
      for (direct, indirect) in factor.operands.inEitherOrder {
        let branches = SoftmaxBranches(
          direct: (power, direct), indirect: (power, indirect))
        if let branches { return branches.gradient() }
      }
    }
    return nil
  }

  /// At a sum, where the exponential of each branch was written by itself.
  ///
  /// What came to x from other children may have been added to one branch before.
  static let softmaxGradientOfBranches = Rewrite(
    "exp(x) · (c / Σ exp(x)) + exp(x) · Σ c · −(y / Σ exp(x)) → y · (c − Σ c · y)", .stableForm
  ) { site in
    for (left, right) in site.operands.inEitherOrder {
      if let branches = SoftmaxBranches(left, right) { return branches.gradient() }
      guard left.definition(as: Add.self) != nil else { continue }
      for (rest, last) in left.operands.inEitherOrder {
        guard let branches = SoftmaxBranches(last, right) ?? SoftmaxBranches(right, last) else {
          continue
        }
        return rest + branches.gradient()
      }
    }
    return nil
  }
}

/// What exp(x) · (c / Σ exp(x)) and exp(x) · Σ c · −(y / Σ exp(x)) have in common.
private struct SoftmaxBranches {
  /// c.
  let cotangent: Value
  /// y.
  let softmax: Value
  let axes: [Int]

  /// Nil unless the products are the direct and the indirect branch of a softmax.
  init?(_ direct: Value, _ indirect: Value) {
    guard direct.definition(as: Multiply.self) != nil,
      indirect.definition(as: Multiply.self) != nil
    else { return nil }
    for first in direct.operands.inEitherOrder {
      for second in indirect.operands.inEitherOrder {
        if let branches = SoftmaxBranches(direct: first, indirect: second) {
          self = branches
          return
        }
      }
    }
    return nil
  }

  /// Nil unless each exponential and the factor after it are such a branch, of the same softmax.
  init?(direct: (power: Value, factor: Value), indirect: (power: Value, factor: Value)) {
    guard let (cotangent, divisor) = direct.factor.quotient,
      let parts = SoftmaxParts(direct.power, over: divisor),
      SoftmaxParts(indirect.power, over: divisor) != nil,
      let repeated = indirect.factor.repeatedSum, repeated.axes == parts.axes,
      repeated.sum.operands[0].definition(as: Multiply.self) != nil
    else { return nil }
    for (factor, negated) in repeated.sum.operands[0].operands.inEitherOrder {
      guard factor.isIdentical(to: cotangent),
        let quotient = negated.argument(of: Negate.self)?.quotient,
        quotient.divisor.isIdentical(to: divisor),
        let found = SoftmaxParts(quotient.dividend), found.equalsUpToShift(parts)
      else { continue }
      self.cotangent = cotangent
      softmax = quotient.dividend
      axes = parts.axes
      return
    }
    return nil
  }

  /// y · (c − Σ c · y).
  func gradient() -> Value {
    let products = cotangent * softmax
    let sum = cotangent.builder.apply(ReduceSum(axes: axes), [products])
    return softmax * (cotangent - sum.repeated(over: cotangent, alongAxes: axes))
  }
}
