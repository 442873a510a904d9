/// Exponential, logarithm and what is made of them, in f32.
extension VectorMathematics {
  /// eˣ = 2ⁿ·eʳ with x = n·ln 2 + r and |r| ≤ ln 2 / 2.
  ///
  /// ln 2 is taken in two parts so that r is exact enough; eʳ is a polynomial (coefficients of the
  /// Cephes library's `expf`); 2ⁿ is applied in two halves, each in range, so that overflow and
  /// denormal results round as they should.
  static func exponential(
    _ x: String, _ type: VectorType, _ text: inout FunctionText
  ) -> String {
    let whole = type.of(.i32)
    // Beyond these the result is infinite or rounds to 0 in the scaling; a NaN passes both.
    let upper = text.number(89, type)
    let isHigh = text.compare("ogt", type, x, upper)
    let below = text.select(type, isHigh, upper, x)
    let lower = text.number(-104, type)
    let isLow = text.compare("olt", type, below, lower)
    let y = text.select(type, isLow, lower, below)
    // Adding 1.5·2²³ leaves the nearest whole number in the low bits.
    let magic = text.number(12_582_912, type)
    let shifted = text.multiplyAdd(type, y, text.number(1.44269504088896341, type), magic)
    let n = text.binary("fsub", type, shifted, magic)
    let high = text.multiplyAdd(type, n, text.number(-0.693359375, type), y)
    let r = text.multiplyAdd(type, n, text.number(2.12194440e-4, type), high)
    let p = text.polynomial(
      [
        5.0000001201e-1, 1.6666665459e-1, 4.1665795894e-2, 8.3334519073e-3, 1.3981999507e-3,
        1.9875691500e-4,
      ], of: r, type)
    let square = text.binary("fmul", type, r, r)
    let tail = text.multiplyAdd(type, p, square, r)
    let power = text.binary("fadd", type, tail, text.number(1, type))
    let bits = text.convert("bitcast", shifted, type, whole)
    let exponent = text.binary("sub", whole, bits, text.integer(0x4B40_0000, whole))
    let half = text.binary("ashr", whole, exponent, text.integer(1, whole))
    let other = text.binary("sub", whole, exponent, half)
    let once = text.binary("fmul", type, power, text.powerOfTwo(half, type))
    return text.binary("fmul", type, once, text.powerOfTwo(other, type))
  }

  /// ln x = e·ln 2 + ln m with x = m·2ᵉ and √½ ≤ m < √2.
  ///
  /// ln m is a polynomial in m − 1 (coefficients of the Cephes library's `logf`).
  static func logarithm(_ x: String, _ type: VectorType, _ text: inout FunctionText) -> String {
    let whole = type.of(.i32)
    let isSmall = text.compare("olt", type, x, text.number(0x1p-126, type))
    let enlarged = text.binary("fmul", type, x, text.number(0x1p23, type))
    let scaled = text.select(type, isSmall, enlarged, x)
    let bits = text.convert("bitcast", scaled, type, whole)
    // Counting from √½ puts the whole number of halvings in the exponent field.
    let shifted = text.binary("sub", whole, bits, text.integer(0x3F35_04F3, whole))
    let halvings = text.binary("ashr", whole, shifted, text.integer(23, whole))
    let field = text.binary("shl", whole, halvings, text.integer(23, whole))
    let m = text.convert("bitcast", text.binary("sub", whole, bits, field), whole, type)
    let exponent = text.convert("sitofp", halvings, whole, type)
    let lowered = text.binary("fsub", type, exponent, text.number(23, type))
    let e = text.select(type, isSmall, lowered, exponent)
    let f = text.binary("fsub", type, m, text.number(1, type))
    let z = text.binary("fmul", type, f, f)
    let p = text.polynomial(
      [
        3.3333331174e-1, -2.4999993993e-1, 2.0000714765e-1, -1.6668057665e-1, 1.4249322787e-1,
        -1.2420140846e-1, 1.1676998740e-1, -1.1514610310e-1, 7.0376836292e-2,
      ], of: f, type)
    let cube = text.binary("fmul", type, f, z)
    let small = text.binary("fmul", type, e, text.number(-2.12194440e-4, type))
    let rest = text.multiplyAdd(type, p, cube, small)
    let low = text.multiplyAdd(type, z, text.number(-0.5, type), rest)
    let sum = text.binary("fadd", type, f, low)
    let value = text.multiplyAdd(type, e, text.number(0.693359375, type), sum)
    let isFinite = text.compare("olt", type, x, text.number(.infinity, type))
    let positive = text.select(type, isFinite, value, x)
    let zero = text.number(0, type)
    let isPositive = text.compare("ogt", type, x, zero)
    let defined = text.select(type, isPositive, positive, text.number(.nan, type))
    let isZero = text.compare("oeq", type, x, zero)
    return text.select(type, isZero, text.number(-.infinity, type), defined)
  }

  /// An odd polynomial near 0 (coefficients of the Cephes library's `tanhf`), 1 − 2/(e²ˣ + 1) beyond.
  static func hyperbolicTangent(
    _ x: String, _ type: VectorType, _ text: inout FunctionText
  ) -> String {
    let z = text.intrinsic("fabs", type, [x])
    let square = text.binary("fmul", type, z, z)
    let p = text.polynomial(
      [
        -3.33332819422e-1, 1.33314422036e-1, -5.37397155531e-2, 2.06390887954e-2,
        -5.70498872745e-3,
      ], of: square, type)
    let scaled = text.binary("fmul", type, p, square)
    let near = text.multiplyAdd(type, scaled, z, z)
    let one = text.number(1, type)
    let power = exponential(text.binary("fadd", type, z, z), type, &text)
    let sum = text.binary("fadd", type, power, one)
    let quotient = text.binary("fdiv", type, text.number(-2, type), sum)
    let far = text.binary("fadd", type, one, quotient)
    let isFar = text.compare("oge", type, z, text.number(0.625, type))
    let magnitude = text.select(type, isFar, far, near)
    return text.intrinsic("copysign", type, [magnitude, x])
  }

  /// 1/(1 + e⁻ˣ) from 0 on and eˣ/(1 + eˣ) below: no overflow, no cancellation.
  static func sigmoid(_ x: String, _ type: VectorType, _ text: inout FunctionText) -> String {
    let power = text.call(.exp, type, [negativeMagnitude(x, type, &text)])
    let one = text.number(1, type)
    let isNegative = text.compare("olt", type, x, text.number(0, type))
    let top = text.select(type, isNegative, power, one)
    return text.binary("fdiv", type, top, text.binary("fadd", type, one, power))
  }

  /// ln(1 + eˣ) = max(x, 0) + ln(1 + e^−|x|).
  static func softplus(_ x: String, _ type: VectorType, _ text: inout FunctionText) -> String {
    let power = text.call(.exp, type, [negativeMagnitude(x, type, &text)])
    let tail = text.call(.log1p, type, [power])
    let isPositive = text.compare("ogt", type, x, text.number(0, type))
    let linear = text.select(type, isPositive, x, text.number(0, type))
    let value = text.binary("fadd", type, linear, tail)
    return text.select(type, text.compare("uno", type, x, x), x, value)
  }

  private static func negativeMagnitude(
    _ x: String, _ type: VectorType, _ text: inout FunctionText
  ) -> String {
    let magnitude = text.intrinsic("fabs", type, [x])
    return text.value("fneg \(type.text) \(magnitude)")
  }
}

extension FunctionText {
  /// a·b + c, in one rounding where the processor can.
  mutating func multiplyAdd(_ type: VectorType, _ a: String, _ b: String, _ c: String) -> String {
    intrinsic("fmuladd", type, [a, b, c])
  }

  /// A polynomial with its coefficients from the lowest power on, by Horner's rule.
  mutating func polynomial(_ coefficients: [Double], of x: String, _ type: VectorType) -> String {
    var sum = number(coefficients.last ?? 0, type)
    for coefficient in coefficients.dropLast().reversed() {
      sum = multiplyAdd(type, sum, x, number(coefficient, type))
    }
    return sum
  }

  /// 2ⁿ in f32 for whole n between −126 and 127.
  mutating func powerOfTwo(_ exponent: String, _ type: VectorType) -> String {
    let whole = type.of(.i32)
    let biased = binary("add", whole, exponent, integer(127, whole))
    let bits = binary("shl", whole, biased, integer(23, whole))
    return convert("bitcast", bits, whole, type)
  }
}
