/// Powers in f32; coefficients as in `VectorMathematics+Exponential.swift`.
extension VectorMathematics {
  /// |x|^y as 2^(y·log₂|x|) in f64 inside, with the sign and the special cases of C's `pow`.
  ///
  /// Largest error: 0.51 units in the last place, in dense samples.
  static func power(
    _ x: String, _ y: String, _ single: VectorType, _ text: inout FunctionText
  ) -> String {
    let type = single.of(.f64)
    let magnitude = text.magnitude(x, single)
    let wide = text.convert("fpext", magnitude, single, type)
    let finite = wideLogarithm(
      wide, perDoubling: 1, scale: 1.4426950408889634, type, &text)
    let infinity = text.number(.infinity, type)
    let isFinite = text.compare("olt", type, wide, infinity)
    let unbounded = text.select(type, isFinite, finite, wide)
    let isZero = text.compare("oeq", type, wide, text.number(0, type))
    let logarithm = text.select(type, isZero, text.number(-.infinity, type), unbounded)
    // An infinite y is as good as this one, and its product with 0 is 0.
    let bounded = text.atLeast(-0x1p60, text.atMost(0x1p60, y, single), single)
    let exponent = text.convert("fpext", bounded, single, type)
    let product = text.binary("fmul", type, exponent, logarithm)
    let inside = text.atLeast(-200, text.atMost(200, product, type), type)
    let value = text.convert("fptrunc", powerOfTwo(inside, type, &text), type, single)
    let sign = text.compare(
      "slt", single.bits, text.bits(x, single), text.integer(0, single.bits))
    let signed = text.rarely(sign, replacing: [value], [single]) { text in
      let ofNegative = powerOfNegative(value, x, y, single, &text)
      return [text.select(single, sign, ofNegative, value)]
    }[0]
    // x⁰ and 1^y are 1 even for NaN.
    let one = text.number(1, single)
    let isOne = text.compare("oeq", single, x, one)
    let isEmpty = text.compare("oeq", single, y, text.number(0, single))
    let isUnit = text.binary("or", single.of(.i1), isOne, isEmpty)
    return text.select(single, isUnit, one, signed)
  }

  /// 2^x in f64, exact to 2⁻³⁴, for |x| ≤ 1000.
  private static func powerOfTwo(
    _ x: String, _ type: VectorType, _ text: inout FunctionText
  ) -> String {
    let whole = type.bits
    let magic = text.number(0x1.8p52, type)
    let shifted = text.binary("fadd", type, x, magic)
    let fraction = text.binary("fsub", type, x, text.binary("fsub", type, shifted, magic))
    let value = text.polynomial(
      [
        0.9999999999616545, 0.6931471807285932, 0.24022651198444744, 0.0555041035308388,
        0.009618027213670673, 0.0013333922750499744, 0.00015469304231017266,
        1.520190338680021e-05,
      ], of: fraction, type)
    let exponent = text.binary(
      "shl", whole, text.bits(shifted, type), text.integer(52, whole))
    return text.float(
      bits: text.binary("add", whole, text.bits(value, type), exponent), type)
  }

  /// x^y from |x|^y for x with a sign: negative for odd y, NaN for y that is not whole.
  private static func powerOfNegative(
    _ value: String, _ x: String, _ y: String, _ type: VectorType, _ text: inout FunctionText
  ) -> String {
    let half = text.binary("fmul", type, y, text.number(0.5, type))
    let isWhole = text.compare("oeq", type, y, text.intrinsic("trunc", type, [y]))
    let isOdd = text.compare("une", type, half, text.intrinsic("trunc", type, [half]))
    let negative = text.value("fneg \(type.text) \(value)")
    let ofWhole = text.select(type, isOdd, negative, value)
    // −0 and −∞ have powers of any exponent.
    let isBelow = text.compare("olt", type, x, text.number(0, type))
    let isFinite = text.compare("ogt", type, x, text.number(-.infinity, type))
    let isNumber = text.binary("and", type.of(.i1), isBelow, isFinite)
    let ofOther = text.select(type, isNumber, text.number(.nan, type), value)
    return text.select(type, isWhole, ofWhole, ofOther)
  }
}
