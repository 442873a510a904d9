import AdjointGraph

// Roots: add, subtract, negate.
extension Rewrite {
  static let addedZero = Rewrite(x + .zero, to: x)
  // What the derivative of half a square is; kept, it would hold both what was squared and its half.
  static let twoHalves = Rewrite(
    x.scaled(by: .number(0.5)) + x.scaled(by: .number(0.5)), to: x, changing: .rounding)
  static let addedNegative = Rewrite(x + (-y), to: x - y)

  static let subtractedZero = Rewrite(x - .zero, to: x)
  static let subtractedNegative = Rewrite(x - (-y), to: x + y)

  static let negatedNegative = Rewrite(-(-x), to: x)
  static let negatedDifference = Rewrite(-(x - y), to: y - x)
  static let negatedMultiple = Rewrite(-x.scaled(by: .anyNumber(c)), to: "(−c) · x") { match in
    match.number(c).map { match.product(match[x], -$0) }
  }
}
