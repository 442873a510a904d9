import AdjointCore
import AdjointGraph

// Quotients of exponentials are NaN where both sides overflow, and their derivatives where one does.
// The logistic function and the hyperbolic tangent never overflow:
//
//     e^a / (e^a + e^b)            →  sigmoid(a − b)
//     a / (1 + exp(x))             →  a · sigmoid(−x)
//     exp(x) · sigmoid(−x)         →  sigmoid(x)
//     (e^a − e^b) / (e^a + e^b)    →  tanh((a − b) / 2)
//     expm1(x) / (1 + exp(x))      →  tanh(x / 2)
extension Rewrite {
  /// At a quotient.
  static let sigmoidOfDifference = Rewrite("e^a / (e^a + e^b) → sigmoid(a − b)", .stableForm) {
    site in
    guard let a = site.operands[0].argument(of: Exp.self),
      site.operands[1].definition(as: Add.self) != nil
    else { return nil }
    for (same, other) in site.operands[1].operands.inEitherOrder {
      guard let exponent = same.argument(of: Exp.self), exponent.isIdentical(to: a),
        let b = other.argument(of: Exp.self)
      else { continue }
      return site.builder.apply(Sigmoid(), [a - b])
    }
    return nil
  }

  /// At a quotient.
  static let scaledSigmoid = Rewrite("a / (1 + exp(x)) → a · sigmoid(−x)", .stableForm) {
    site in
    guard let x = site.operands[1].addendOfOne?.argument(of: Exp.self) else { return nil }
    return site.builder.apply(Multiply(), [site.operands[0], x.sigmoidOfNegative()])
  }

  /// At a product.
  static let sigmoidOfProduct = Rewrite("exp(x) · sigmoid(−x) → sigmoid(x)", .stableForm) {
    site in
    for (power, factor) in site.operands.inEitherOrder {
      guard let x = power.argument(of: Exp.self), let y = factor.argument(of: Sigmoid.self),
        x.isNegative(of: y)
      else { continue }
      return site.builder.apply(Sigmoid(), [x])
    }
    return nil
  }

  /// At a quotient.
  static let tanhOfExponentials = Rewrite(
    "(e^a − e^b) / (e^a + e^b) → tanh((a − b) / 2)", .stableForm
  ) { site in
    guard site.operands[0].definition(as: Subtract.self) != nil,
      let a = site.operands[0].operands[0].argument(of: Exp.self),
      let b = site.operands[0].operands[1].argument(of: Exp.self),
      site.operands[1].definition(as: Add.self) != nil
    else { return nil }
    for (first, second) in site.operands[1].operands.inEitherOrder {
      guard first.argument(of: Exp.self)?.isIdentical(to: a) == true,
        second.argument(of: Exp.self)?.isIdentical(to: b) == true
      else { continue }
      return site.builder.apply(Tanh(), [a.isNegative(of: b) ? a : 0.5 * (a - b)])
    }
    return nil
  }

  /// At a quotient, the dividend negated or not.
  static let tanhOfExpm1 = Rewrite("expm1(x) / (1 + exp(x)) → tanh(x / 2)", .stableForm) {
    site in
    let negated = site.operands[0].argument(of: Negate.self)
    guard let x = site.operands[1].addendOfOne?.argument(of: Exp.self),
      (negated ?? site.operands[0]).argument(of: Expm1.self)?.isIdentical(to: x) == true
    else { return nil }
    let tangent = site.builder.apply(Tanh(), [0.5 * x])
    return negated == nil ? tangent : -tangent
  }
}

extension Value {
  /// Whether one of the two is computed as the negative of the other.
  fileprivate func isNegative(of other: Value) -> Bool {
    argument(of: Negate.self)?.isIdentical(to: other) == true
      || other.argument(of: Negate.self)?.isIdentical(to: self) == true
  }
}
