import Foundation

/// The exponential function and what is made of it, in f32 and f64.
///
/// Coefficients, unless said otherwise, are minimax fits of our own: a Remez exchange in 45 digits of
/// the polynomial to the function on the reduced interval, weighted for the relative error of the
/// result, rounded to the type.
extension VectorMathematics {
  /// n and the high part of r/f, which is exact, where f·x = n·ln 2 + r with |r| ≤ ln 2 / 2; f is a power
  /// of two.
  ///
  /// n is given as a number, and by the bits of the format's magic number plus offset + n.
  private static func reduced(
    _ x: String, times factor: Double = 1, offset: Double, _ type: VectorType,
    _ text: inout FunctionText
  ) -> (high: String, n: String, bits: String) {
    let format = ExponentialFormat.of(type)
    let magic = text.number(format.magic + offset, type)
    let perDoubling = text.number(1.44269504088896341 * factor, type)
    let shifted = text.multiplyAdd(type, x, perDoubling, magic)
    let n = text.binary("fsub", type, shifted, magic)
    let high = text.multiplyAdd(type, n, text.number(-format.high / factor, type), x)
    return (high, n, text.bits(shifted, type))
  }

  /// s·eʳ and n, where x = n·ln 2 + r as above; s is a power of two.
  private static func reducedExponential(
    _ x: String, scale: Double = 1, offset: Double, _ type: VectorType,
    _ text: inout FunctionText
  ) -> (power: String, bits: String) {
    let format = ExponentialFormat.of(type)
    let (high, n, bits) = reduced(x, offset: offset, type, &text)
    let rest = text.multiplyAdd(type, n, text.number(-format.low, type), high)
    return (text.polynomial(([1, 1] + format.tail).map { $0 * scale }, of: rest, type), bits)
  }

  /// 2ⁿ where it is a normal number, given the bits of the magic number plus the bias + n.
  private static func powerOfTwo(
    bits: String, _ type: VectorType, _ text: inout FunctionText
  ) -> String {
    let place = text.integer(ExponentialFormat.of(type).place, type.bits)
    return text.float(bits: text.binary("shl", type.bits, bits, place), type)
  }

  /// (e²ˣ − 1)/2 = 2ⁿ·(eʳ − 1)/2 + (2ⁿ − 1)/2, where 2x = n·ln 2 + r and 2ⁿ is a normal number, for
  /// x ≥ 0.
  ///
  /// With q = r/2, which is x itself near 0, (eʳ − 1)/2 is q + q²·P(q). Of q the high part is added first,
  /// without an error, so that only the last sum rounds.
  static func halfRiseOfSquare(
    of x: String, _ type: VectorType, _ text: inout FunctionText
  ) -> String {
    let format = ExponentialFormat.of(type)
    let (high, n, bits) = reduced(x, times: 2, offset: format.bias, type, &text)
    let low = text.binary("fmul", type, n, text.number(-format.low / 2, type))
    let q = text.binary("fadd", type, high, low)
    let coefficients = format.tail.enumerated().map { scalbn($1, $0 + 1) }
    let tail = text.polynomial(coefficients, of: q, type)
    let small = text.multiplyAdd(type, tail, text.binary("fmul", type, q, q), low)
    let scale = powerOfTwo(bits: bits, type, &text)
    let half = text.multiplyAdd(type, scale, text.number(0.5, type), text.number(-0.5, type))
    let large = text.multiplyAdd(type, scale, high, half)
    return text.multiplyAdd(type, scale, small, large)
  }

  /// eˣ = 2ⁿ·eʳ.
  ///
  /// 2ⁿ is applied in two halves, each in range, so that overflow and denormal results round as they
  /// should. The offset keeps both halves positive as exponent fields, with no bias to add; the
  /// polynomial carries the power of two that this is off by.
  ///
  /// Largest error in units in the last place: 0.90 over all of f32 (1.18 without fused multiply-add);
  /// 0.92 (1.19) in dense samples of f64.
  static func exponential(
    _ x: String, _ type: VectorType, _ text: inout FunctionText
  ) -> String {
    let whole = type.bits
    let format = ExponentialFormat.of(type)
    let least = format.least(offset: format.offset)
    let y = text.atLeast(least, text.atMost(format.most, x, type), type)
    let (power, bits) = reducedExponential(
      y, scale: format.correction, offset: format.offset, type, &text)
    let place = text.integer(format.place, whole)
    let half = text.binary("lshr", whole, bits, text.integer(1, whole))
    let first = text.binary("shl", whole, half, place)
    let both = text.binary("shl", whole, bits, place)
    let second = text.binary("sub", whole, both, first)
    let once = text.binary("fmul", type, power, text.float(bits: first, type))
    return text.binary("fmul", type, once, text.float(bits: second, type))
  }

  /// e^−|x|.
  static func decay(
    _ x: String, _ type: VectorType, _ text: inout FunctionText
  ) -> String {
    let negative = text.value("fneg \(type.text) \(text.magnitude(x, type))")
    return liftedExponential(negative, type, &text)
  }

  /// eˣ for x up to 40, where 2ⁿ is applied as a power that is a normal number or 0, and a constant one.
  private static func liftedExponential(
    _ x: String, _ type: VectorType, _ text: inout FunctionText
  ) -> String {
    let format = ExponentialFormat.of(type)
    let offset = format.bias + Double(format.lift)
    let y = text.atLeast(format.least(offset: offset), x, type)
    let (power, bits) = reducedExponential(y, offset: offset, type, &text)
    let lifted = text.binary("fmul", type, power, powerOfTwo(bits: bits, type, &text))
    return text.binary("fmul", type, lifted, text.number(scalbn(1, -format.lift), type))
  }

  /// w − w·t, where u = eˣ, w is the less of u and 1, and t = w/(1 + u): no cancellation, and what t
  /// lost by rounding counts for little.
  ///
  /// Largest error in units in the last place: 1.65 over all of f32 (1.98 without fused multiply-add);
  /// 1.64 (1.97) in dense samples of f64.
  static func sigmoid(_ x: String, _ type: VectorType, _ text: inout FunctionText) -> String {
    // Beyond the limit above the result rounds to 1.
    let inside = text.atMost(type.element == .f64 ? 38 : 18, x, type)
    let u = liftedExponential(inside, type, &text)
    return quotient(u, type, &text)
  }

  /// u/(1 + u) for u ≥ 0 as w − w·w/(1 + u), where w is the less of u and 1.
  static func quotient(_ u: String, _ type: VectorType, _ text: inout FunctionText) -> String {
    let whole = text.atMost(1, u, type)
    let bottom = text.binary("fadd", type, u, text.number(1, type))
    let t = text.binary("fdiv", type, whole, bottom)
    let negative = text.value("fneg \(type.text) \(whole)")
    return text.multiplyAdd(type, negative, t, whole)
  }

  /// eˣ − 1 = 2ⁿ·(eʳ − 1) + (2ⁿ − 1), in f64 inside, where neither part loses anything.
  ///
  /// Largest error: 0.51 units in the last place, over all of f32.
  static func exponentialMinusOne(
    _ x: String, _ single: VectorType, _ text: inout FunctionText
  ) -> String {
    let type = single.of(.f64)
    let whole = type.bits
    // Beyond these the result overflows f32, but not f64, or is −1.
    let inside = text.atLeast(-104, text.atMost(89, x, single), single)
    let y = text.convert("fpext", inside, single, type)
    let magic = text.number(0x1.8p52, type)
    let shifted = text.multiplyAdd(type, y, text.number(1.4426950408889634, type), magic)
    let n = text.binary("fsub", type, shifted, magic)
    let r = text.multiplyAdd(type, n, text.number(-0.6931471805599453, type), y)
    let tail = text.polynomial(
      [
        1, 0.5000000044268335, 0.16666666369755945, 0.04166636042855753, 0.008333389458678262,
        0.0013940668460927323, 0.0001984588120119165,
      ], of: r, type)
    let rise = text.binary("fmul", type, r, tail)
    let exponent = text.binary(
      "shl", whole, text.bits(shifted, type), text.integer(52, whole))
    let one = text.number(1, type)
    let scaleBits = text.binary("add", whole, exponent, text.bits(one, type))
    let scale = text.float(bits: scaleBits, type)
    let rest = text.binary("fsub", type, scale, one)
    let value = text.multiplyAdd(type, scale, rise, rest)
    let rounded = text.convert("fptrunc", value, type, single)
    // The sign of −0 is lost in the sum.
    return text.intrinsic("copysign", single, [rounded, x])
  }
}
