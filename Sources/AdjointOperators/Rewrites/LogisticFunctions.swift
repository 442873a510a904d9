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
// Roots: divide, reciprocal, multiply.
extension Rewrite {
  static let oneOverOneAndExp = Rewrite(
    .one / (.one + exp(x)), to: sigmoid(opposite), .stableForm)
  static let reciprocalOfOneAndExp = Rewrite(
    reciprocal(.one + exp(x)), to: sigmoid(opposite), .stableForm)
  static let expOverOneAndExp = Rewrite(exp(x) / (.one + exp(x)), to: sigmoid(x), .stableForm)
  static let sigmoidOfDifference = Rewrite(
    exp(a) / (exp(a) + exp(b)), to: sigmoid(a - b), .stableForm)
  static let scaledSigmoid = Rewrite(a / (.one + exp(x)), to: a * sigmoid(opposite), .stableForm)
  static let expTimesSigmoid = Rewrite(
    exp(x) * sigmoid(y), to: sigmoid(x),
    where: Condition("x is −y") { $0[x].isNegative(of: $0[y]) }, .stableForm)

  static let tanhOfExponentials = Rewrite(
    (exp(a) - exp(b)) / (exp(a) + exp(b)),
    to: tanh(
      .computed("½ · (a − b)", .product) {
        $0[a].isNegative(of: $0[b]) ? $0[a] : 0.5 * ($0[a] - $0[b])
      }), .stableForm)
  static let tanhOfExpm1 = Rewrite(
    expm1(x) / (.one + exp(x)), to: tanh(.number(0.5) * x), .stableForm)
  static let tanhOfNegativeExpm1 = Rewrite(
    (-expm1(x)) / (.one + exp(x)), to: -tanh(.number(0.5) * x), .stableForm)

  /// −x, without the two signs of −(−x).
  private static let opposite = Pattern.computed("−x", .prefix) { match in
    match[x].argument(of: Negate.self) ?? -match[x]
  }
}

extension Value {
  /// Whether one of the two is computed as the negative of the other.
  fileprivate func isNegative(of other: Value) -> Bool {
    argument(of: Negate.self)?.isIdentical(to: other) == true
      || other.argument(of: Negate.self)?.isIdentical(to: self) == true
  }
}
