/// The tangent in f32; coefficients as in `VectorMathematics+Exponential.swift`.
extension VectorMathematics {
  /// tan r, or −1/tan r, with x = n·π/2 + r and |r| ≤ π/4, in f64 inside.
  ///
  /// Largest error in units in the last place: 1.48 over all of f32, which is the error of the system's
  /// library (GNU's here) beyond 10⁸; up to there 0.51 in dense samples.
  static func tangent(
    _ x: String, _ single: VectorType, _ text: inout FunctionText
  ) -> String {
    let type = single.of(.f64)
    let whole = type.bits
    let wide = text.convert("fpext", x, single, type)
    let magic = text.number(0x1.8p52, type)
    let shifted = text.multiplyAdd(type, wide, text.number(2 / Double.pi, type), magic)
    let n = text.binary("fsub", type, shifted, magic)
    let r = remainder(wide, n, partsOfPi(places: widePlaces).map { $0 / 2 }, type, &text)
    let square = text.binary("fmul", type, r, r)
    let tail = text.polynomial(
      [
        1.0000000000843818, 0.33333331131527033, 0.13333427393457624, 0.05395288374265266,
        0.021994215566868588, 0.00830195633290783, 0.005044263773725706, -0.0006436326179281851,
        0.0020593825972618426,
      ], of: square, type)
    let value = text.binary("fmul", type, r, tail)
    let low = text.binary("and", whole, text.bits(shifted, type), text.integer(1, whole))
    let isOdd = text.compare("ne", whole, low, text.integer(0, whole))
    let one = text.number(1, type)
    let top = text.select(type, isOdd, text.number(-1, type), value)
    let bottom = text.select(type, isOdd, value, one)
    let quotient = text.binary("fdiv", type, top, bottom)
    let rounded = text.convert("fptrunc", quotient, type, single)
    // The sum with n·π/2 = 0 has lost the sign of −0.
    let isZero = text.compare("oeq", single, x, text.number(0, single))
    let near = text.select(single, isZero, x, rounded)
    let magnitude = text.magnitude(x, single)
    let isHuge = text.compare("ogt", single, magnitude, text.number(wideLimit, single))
    return text.rarely(isHuge, replacing: [near], [single]) { text in
      let huge = text.eachLane("tanf", x, single)
      return [text.select(single, isHuge, huge, near)]
    }[0]
  }
}
