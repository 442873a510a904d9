import AdjointGraph

// Root: power. x^½ is not √x: they differ at −∞ and at −0.
extension Rewrite {
  static let powerZero = Rewrite(pow(x, .exponent(0)), to: .one, changing: .rounding)
  static let powerOne = Rewrite(pow(x, .exponent(1)), to: x, changing: .rounding)
  static let square = Rewrite(pow(x, .exponent(2)), to: x * x, changing: .rounding)
  static let powerMinusOne = Rewrite(
    pow(x, .exponent(-1)), to: reciprocal(x).byName, where: .floatingPoint, changing: .rounding)
}
