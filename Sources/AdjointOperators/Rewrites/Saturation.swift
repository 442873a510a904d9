import AdjointCore
import AdjointGraph

// A function that saturates, of a polynomial, as in the tanh form of gelu:
//
//     tanh(0.8x + 0.036x³)  →  tanh(select(|x| < 32, 0.8x + 0.036x³, x))
//
// Far out both are 1 or −1 to the last bit. But the derivative of the left-hand side multiplies the 0 of
// the one by the derivative of the other, which overflows there, and 0 · ∞ is NaN; that of the
// right-hand side is 0. It stops at the x that takes the polynomial's place.
extension Rewrite {
  static let saturatedTanh = saturation(of: Tanh(), beyond: 32)
  static let saturatedErf = saturation(of: Erf(), beyond: 32)
  static let saturatedSigmoid = saturation(of: Sigmoid(), beyond: 1024)
  static let saturatedExp = saturationBelow(of: Exp(), beyond: 1024)
  static let saturatedSoftplus = saturationBelow(of: Softplus(), beyond: 1024)

  private static let polynomial = Pattern.leaf("p(x)")
  private static let isLong = "p is a polynomial of degree 3 to 8 that does not overflow before l"

  /// Of a function that is constant below −limit and above it.
  private static func saturation(of function: some UnaryOperator, beyond limit: Double) -> Rewrite {
    let pattern = Pattern.applying(function, to: [polynomial])
    let end = Pattern.applying(function, to: [.leaf("select(|x| < l, p(x), ±x)")])
    return Rewrite(pattern, to: "\(end)", where: isLong, .stableForm) { match in
      let site = match.site
      guard let tail = PolynomialTail(site.operands[0], beyond: limit) else { return nil }
      let x = tail.variable
      let magnitude = site.builder.apply(Abs(), [x])
      let end = tail.isOdd ? x : magnitude
      return tail.applied(
        site.operation, to: site.operands[0], where: magnitude .< tail.start,
        else: tail.isPositive ? end : -end)
    }
  }

  /// Of a function that is constant below −limit.
  private static func saturationBelow(
    of function: some UnaryOperator, beyond limit: Double
  ) -> Rewrite {
    let pattern = Pattern.applying(function, to: [polynomial])
    let end = Pattern.applying(function, to: [.leaf("select(±x < l, p(x), −|x|)")])
    return Rewrite(
      pattern, to: "\(end)", where: "\(isLong), and falls to one side", .stableForm
    ) { match in
      let site = match.site
      guard let tail = PolynomialTail(site.operands[0], beyond: limit),
        tail.isOdd || !tail.isPositive
      else { return nil }
      let x = tail.variable
      // Where this is large, the polynomial is far below 0.
      let descent =
        tail.isOdd ? (tail.isPositive ? -x : x) : site.builder.apply(Abs(), [x])
      return tail.applied(
        site.operation, to: site.operands[0], where: descent .< tail.start, else: -descent)
    }
  }
}

/// Where the highest power of a polynomial is all that counts.
private struct PolynomialTail {
  let variable: Value
  /// From here on, and from its negative down, the polynomial is beyond the limit, and so is the
  /// variable.
  let start: Double
  let isOdd: Bool
  let isPositive: Bool

  /// Nil unless the value is a polynomial of degree 3 or more: the derivative of one of degree 2
  /// overflows nowhere.
  init?(_ value: Value, beyond limit: Double) {
    guard value.scalarType.isDifferentiable, let polynomial = Polynomial(value),
      polynomial.degree >= 3, let leading = polynomial.coefficients.last, leading != 0
    else { return nil }
    // Up to the start nothing overflows.
    let largestPower = value.scalarType == .f32 ? 0x1p100 : 0x1p900
    var start = limit
    while true {
      let powers = polynomial.coefficients.indices.map { power in
        (0..<power).reduce(1.0) { product, _ in product * start }
      }
      let terms = zip(polynomial.coefficients, powers).map { ($0 * $1).magnitude }
      guard let last = terms.last, let highest = powers.last,
        highest * Swift.max(1, leading.magnitude) < largestPower
      else { return nil }
      // The highest power grows the fastest, so it stays ahead.
      if last >= 2 * terms.dropLast().reduce(0, +), last >= 2 * limit { break }
      start *= 2
    }
    variable = polynomial.variable
    self.start = start
    isOdd = polynomial.degree % 2 == 1
    isPositive = leading > 0
  }

  func applied(
    _ operation: any Operator, to polynomial: Value, where condition: Value, else end: Value
  ) -> Value {
    let builder = polynomial.builder
    let constant = builder.apply(StopGradient(), [end])
    return builder.apply(
      operation, [builder.apply(Select(), [condition, polynomial, constant])])
  }
}
