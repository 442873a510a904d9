import AdjointCore
import AdjointGraph

// Roots: multiply, divide, reciprocal.
extension Rewrite {
  static let timesOne = Rewrite(x * .one, to: x)
  static let timesMinusOne = Rewrite(x * .number(-1), to: -x)
  static let productOfNegatives = Rewrite((-x) * (-y), to: x * y)
  // Where 1/y overflows or is subnormal, the quotient is the better number.
  static let productWithReciprocal = Rewrite(x * reciprocal(y), to: x / y, changing: .range)
  static let multipleOfNegative = Rewrite((-x).scaled(by: .anyNumber(c)), to: "(−c) · x") {
    match in match.number(c).map { match.product(match[x], -$0) }
  }
  // `ScalarType.factor` says for which c and d.
  static let multipleOfMultiple = Rewrite(
    x.scaled(by: .anyNumber(d)).scaled(by: .anyNumber(c)), to: "(c · d) · x",
    where: "c or d is a power of 2 that neither overflows nor underflows", changing: .rounding
  ) { match in
    guard let outer = match.number(c), let inner = match.number(d),
      let factor = match.resultType.scalarType.factor(combining: outer, after: inner)
    else { return nil }
    return match.product(match[x], factor)
  }

  static let overOne = Rewrite(x / .one, to: x)
  static let quotientOfNegatives = Rewrite((-x) / (-y), to: x / y, where: .floatingPoint)
  static let overPowerOfTwo = Rewrite(
    x / .leaf("2ⁿ", as: "n", where: { $0.constantNumber != nil }), to: "x · 2⁻ⁿ",
    where: "2⁻ⁿ is a normal number of a floating-point type"
  ) { match in
    guard let number = match.number(n), match.resultType.scalarType.scalesExactly(by: number)
    else { return nil }
    return match.product(match[x], 1 / number)
  }
  static let oneOver = Rewrite(.one / x, to: reciprocal(x).byName, where: .floatingPoint)

  static let reciprocalOfRoot = Rewrite(
    reciprocal(sqrt(x)), to: rsqrt(x).byName, changing: .rounding)
}
