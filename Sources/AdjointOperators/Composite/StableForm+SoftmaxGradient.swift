import AdjointCore
import AdjointGraph

// A softmax y = exp(x) / Σ exp(x) of cotangent c uses exp(x) twice, so that its derivative is put together
// from the two branches of the quotient:
//
//     exp(x) · (c / Σ exp(x) + Σ c · −(y / Σ exp(x)))           →  y · (c − Σ c · y)
//     exp(x) · (c / Σ exp(x)) + exp(x) · Σ c · −(y / Σ exp(x))  →  y · (c − Σ c · y)
//
// The right-hand side needs neither the exponentials nor their sum, which then end with the forward graph;
// it divides nothing; and it overflows only where c does.
extension Rewrite {
  /// At a product.
  static let softmaxGradient = Rewrite(
    "exp(x) · (c / Σ exp(x) − Σ c · y / Σ exp(x)) → y · (c − Σ c · y)", .stableForm
  ) { (at) throws(Diagnostic) in
    for (power, factor) in at.operands.inEitherOrder
    where factor.definition(as: Add.self) != nil {
      for (direct, indirect) in factor.operands.inEitherOrder {
        let branches = SoftmaxBranches(power, direct: direct, power, indirect: indirect)
        if let branches { return try branches.gradient() }
      }
    }
    return nil
  }

  /// At a sum, where the exponential of each branch was written by itself.
  static let softmaxGradientOfTwo = Rewrite(
    "exp(x) · (c / Σ exp(x)) − exp(x) · Σ c · y / Σ exp(x) → y · (c − Σ c · y)", .stableForm
  ) { (at) throws(Diagnostic) in
    for (left, right) in at.operands.inEitherOrder
    where left.definition(as: Multiply.self) != nil && right.definition(as: Multiply.self) != nil {
      for (power, direct) in left.operands.inEitherOrder {
        for (other, indirect) in right.operands.inEitherOrder {
          let branches = SoftmaxBranches(power, direct: direct, other, indirect: indirect)
          if let branches { return try branches.gradient() }
        }
      }
    }
    return nil
  }
}

/// What exp(x) · (c / Σ exp(x)) and exp(x) · Σ c · −(y / Σ exp(x)) have in common.
private struct SoftmaxBranches {
  let cotangent: Value
  /// y.
  let softmax: Value
  let axes: [Int]

  /// Nil unless each exponential and its factor are such a branch, of the same softmax.
  init?(_ power: Value, direct: Value, _ other: Value, indirect: Value) {
    guard let (cotangent, divisor) = direct.quotient,
      let wanted = Softmax(power, over: divisor), Softmax(other, over: divisor) != nil,
      let (sum, axes) = indirect.repeatedSum, axes == wanted.axes,
      sum.operands[0].definition(as: Multiply.self) != nil
    else { return nil }
    let products = sum.operands[0]
    for (factor, quotient) in products.operands.inEitherOrder
    where factor.isIdentical(to: cotangent) {
      guard let (dividend, other) = quotient.argument(of: Negate.self)?.quotient,
        other.isIdentical(to: divisor),
        let found = Softmax(dividend), found.isEqual(to: wanted)
      else { continue }
      (self.cotangent, softmax, self.axes) = (cotangent, dividend, axes)
      return
    }
    return nil
  }

  /// y · (c − Σ c · y).
  func gradient() throws(Diagnostic) -> Value {
    let products = try cotangent * softmax
    let sum = try cotangent.builder.apply(ReduceSum(axes: axes), [products])
    return try softmax * (cotangent - sum.repeated(over: cotangent, alongAxes: axes))
  }
}
