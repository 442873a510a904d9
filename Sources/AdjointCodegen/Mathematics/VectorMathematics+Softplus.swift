/// ln(1 + eˣ) in f32 and f64; coefficients as in `VectorMathematics+Exponential.swift`.
extension VectorMathematics {
  /// max(x, 0) + ln(1 + u) with u = e^−|x|.
  ///
  /// Largest error in units in the last place: 1.70 over all of f32 (2.00 without fused multiply-add);
  /// 1.82 (1.87) in dense samples of f64.
  static func softplus(_ x: String, _ type: VectorType, _ text: inout FunctionText) -> String {
    let u = decay(x, type, &text)
    let tail =
      type.element == .f64
      ? logarithmByQuotient(u, type, &text) : logarithmByPolynomial(u, type, &text)
    let zero = text.number(0, type)
    let linear = text.select(type, text.compare("ogt", type, x, zero), x, zero)
    return text.binary("fadd", type, linear, tail)
  }

  /// ln(1 + u) = u − u²·(1 + P)/4 for 0 ≤ u ≤ 1, where P is a polynomial of u − ½, exact to 2⁻²⁷.
  private static func logarithmByPolynomial(
    _ u: String, _ type: VectorType, _ text: inout FunctionText
  ) -> String {
    let centred = text.binary("fadd", type, u, text.number(-0.5, type))
    let bend = text.polynomial(
      [
        0.5125582218170166, -0.716899573802948, 0.3729274272918701, -0.20435623824596405,
        0.11561999469995499, -0.06662793457508087, 0.04071081802248955, -0.02772280015051365,
        0.01327390968799591,
      ], of: centred, type)
    let quarter = text.binary("fmul", type, u, text.number(-0.25, type))
    let scaled = text.multiplyAdd(type, quarter, bend, quarter)
    return text.multiplyAdd(type, u, scaled, u)
  }

  /// ln(1 + u) = 2·artanh s with s = u/(2 + u) for 0 ≤ u ≤ 1, exact to 2⁻⁵⁹.
  private static func logarithmByQuotient(
    _ u: String, _ type: VectorType, _ text: inout FunctionText
  ) -> String {
    let s = text.binary("fdiv", type, u, text.binary("fadd", type, u, text.number(2, type)))
    let tail = [
      0.6666666666666631, 0.40000000000157243, 0.28571428547853955, 0.22222223969728166,
      0.18181743924980315, 0.15386559922845167, 0.1330097357894088, 0.12106086374398,
      0.08340100761084804, 0.17018577027760784,
    ]
    return text.binary("fsub", type, u, bend(of: u, s, tail, type, &text))
  }

  /// f − ln(1 + f) = f²/2 − s·(f²/2 + R(s²)) with s = f/(2 + f), where R is s²·P(s²).
  static func bend(
    of f: String, _ s: String, _ tail: [Double], _ type: VectorType, _ text: inout FunctionText
  ) -> String {
    let half = text.binary("fmul", type, f, text.number(0.5, type))
    let halfSquare = text.binary("fmul", type, half, f)
    let z = text.binary("fmul", type, s, s)
    let polynomial = text.polynomial(tail, of: z, type)
    let sum = text.multiplyAdd(type, z, polynomial, halfSquare)
    let negative = text.value("fneg \(type.text) \(s)")
    return text.multiplyAdd(type, negative, sum, halfSquare)
  }
}
