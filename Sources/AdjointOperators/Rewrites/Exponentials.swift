import AdjointGraph

// Formulas of exponentials and logarithms of one value that overflow or cancel. Roots: log, log1p, subtract.
extension Rewrite {
  static let logOfExp = Rewrite(log(exp(x)), to: x, .stableForm)
  static let logOfSigmoid = Rewrite(log(sigmoid(x)), to: -softplus(-x), .stableForm)
  static let logOfRestOfSigmoid = Rewrite(log(.one - sigmoid(x)), to: -softplus(x), .stableForm)
  // Where x is exp(y), the rewrite of log1p makes it softplus(y).
  static let logOfOneAnd = Rewrite(log(.one + x), to: log1p(x), .stableForm)
  static let logOfOneLess = Rewrite(log(.one - x), to: log1p(-x), .stableForm)

  static let log1pOfExp = Rewrite(log1p(exp(x)), to: softplus(x), .stableForm)
  static let log1pOfSigmoid = Rewrite(log1p(-sigmoid(x)), to: -softplus(x), .stableForm)
  static let log1pOfExpm1 = Rewrite(log1p(expm1(x)), to: x, .stableForm)

  static let expLessOne = Rewrite(exp(x) - .one, to: expm1(x), .stableForm)
  static let oneLessExp = Rewrite(.one - exp(x), to: -expm1(x), .stableForm)
}
