/// Logarithms in f32 and f64; coefficients as in `VectorMathematics+Exponential.swift`.
extension VectorMathematics {
  /// (ln(1 + f) − f)/f² for √½ ≤ 1 + f ≤ √2, so that the logarithm is exact to 2⁻³⁸.
  private static let wideLogarithmTail = [
    -0.5, 0.33333333399186293, -0.2500000112573336, 0.199999892600513, -0.1666653245759603,
    0.1428617914104693, -0.1250571362494973, 0.11105470851733595, -0.09889383541297413,
    0.09040199019911895, -0.09286954418475311, 0.09115763860891223, -0.04822611939694534,
  ]

  /// The parts of x = m·2ᵉ with √½ ≤ m < √2, for normal positive x.
  private static func parts(
    _ x: String, _ type: VectorType, _ text: inout FunctionText
  ) -> (exponent: String, mantissa: String) {
    let whole = type.bits
    let isDouble = type.element == .f64
    // Counting from √½ puts the whole number of halvings in the exponent field.
    let root = text.integer(isDouble ? 0x3FE6_A09E_667F_3BCD : 0x3F35_04F3, whole)
    let fraction = text.integer(isDouble ? 0xF_FFFF_FFFF_FFFF : 0x7F_FFFF, whole)
    let shifted = text.binary("sub", whole, text.bits(x, type), root)
    let low = text.binary("and", whole, shifted, fraction)
    let mantissa = text.float(bits: text.binary("add", whole, low, root), type)
    guard isDouble else {
      let halvings = text.binary("ashr", whole, shifted, text.integer(23, whole))
      return (text.convert("sitofp", halvings, whole, type), mantissa)
    }
    // Few processors convert whole numbers of 64 bits or shift their signs; 2⁵² + n has n in its
    // low bits.
    let positive = text.binary("add", whole, shifted, text.integer(.min, whole))
    let halvings = text.binary("lshr", whole, positive, text.integer(52, whole))
    let base = text.integer(0x4330_0000_0000_0000, whole)
    let sum = text.float(bits: text.binary("or", whole, halvings, base), type)
    return (text.binary("fsub", type, sum, text.number(0x1p52 + 2048, type)), mantissa)
  }

  /// The parts of any x, of which few are not normal positive numbers.
  ///
  /// Denormal numbers are enlarged; the others get their logarithms, −∞, +∞ and NaN, by way of the
  /// exponent.
  private static func allParts(
    _ x: String, _ type: VectorType, _ text: inout FunctionText
  ) -> (exponent: String, mantissa: String) {
    let whole = type.bits
    let isDouble = type.element == .f64
    let (exponent, mantissa) = parts(x, type, &text)
    // The bits of normal positive numbers are moved to the least whole numbers.
    let move = text.integer(isDouble ? 0x7FF0_0000_0000_0000 : 0x7F80_0000, whole)
    let moved = text.binary("add", whole, text.bits(x, type), move)
    let end = text.integer(isDouble ? -0x20_0000_0000_0000 : -0x100_0000, whole)
    let isUnusual = text.compare("sge", whole, moved, end)
    let usable = text.rarely(isUnusual, replacing: [exponent, mantissa], [type, type]) { text in
      let least = text.number(isDouble ? 0x1p-1022 : 0x1p-126, type)
      let isSmall = text.compare("olt", type, x, least)
      let enlarged = text.binary("fmul", type, x, text.number(isDouble ? 0x1p52 : 0x1p23, type))
      let scaled = text.select(type, isSmall, enlarged, x)
      let (exponent, mantissa) = parts(scaled, type, &text)
      let excess = text.number(isDouble ? 52 : 23, type)
      let lowered = text.binary("fsub", type, exponent, excess)
      let e = text.select(type, isSmall, lowered, exponent)
      let isFinite = text.compare("olt", type, x, text.number(.infinity, type))
      let unbounded = text.select(type, isFinite, e, x)
      let zero = text.number(0, type)
      let isDefined = text.compare("oge", type, x, zero)
      let defined = text.select(type, isDefined, unbounded, text.number(.nan, type))
      let isZero = text.compare("oeq", type, x, zero)
      return [text.select(type, isZero, text.number(-.infinity, type), defined), mantissa]
    }
    return (usable[0], usable[1])
  }

  /// ln x = e·ln 2 + ln(1 + f) with 1 + f = m.
  ///
  /// In f32 ln(1 + f) is a polynomial exact to 2⁻²⁷, in f64 a quotient (see `bend`) exact to 2⁻⁵⁹.
  /// ln 2 is taken in two parts of one sign, the first so short that its product with e is exact.
  ///
  /// Largest error in units in the last place: 0.93 over all of f32, with fused multiply-add and
  /// without; 0.86 (0.91 without) in dense samples of f64.
  static func logarithm(_ x: String, _ type: VectorType, _ text: inout FunctionText) -> String {
    let isDouble = type.element == .f64
    let (e, mantissa) = allParts(x, type, &text)
    let f = text.binary("fsub", type, mantissa, text.number(1, type))
    let low = text.number(isDouble ? 1.90821492927058770002e-10 : 1.4286068203094173e-06, type)
    let high = text.number(
      isDouble ? 6.93147180369123816490e-01 : 0.693145751953125, type)
    let small: String
    if isDouble {
      let s = text.binary("fdiv", type, f, text.binary("fadd", type, f, text.number(2, type)))
      let tail = [
        0.6666666666666734, 0.3999999999941432, 0.28571428742474725, 0.22222198563497944,
        0.18183564866130517, 0.15314035847062213, 0.14796105340634194,
      ]
      small = text.value("fneg \(type.text) \(bend(of: f, s, tail, type, &text))")
    } else {
      let tail = text.polynomial(
        [
          -0.5, 0.3333333134651184, -0.2500081956386566, 0.20001226663589478,
          -0.16623356938362122, 0.14201757311820984, -0.13160181045532227, 0.1276157796382904,
          -0.07634500414133072,
        ], of: f, type)
      small = text.binary("fmul", type, text.binary("fmul", type, f, f), tail)
    }
    let rest = text.multiplyAdd(type, e, low, small)
    let sum = text.binary("fadd", type, f, rest)
    return text.multiplyAdd(type, e, high, sum)
  }

  /// ln(1 + x), in f64 inside, where 1 + x is exact enough.
  ///
  /// Largest error: 0.501 units in the last place, over all of f32.
  static func logarithmOfOnePlus(
    _ x: String, _ single: VectorType, _ text: inout FunctionText
  ) -> String {
    let type = single.of(.f64)
    let wide = text.convert("fpext", x, single, type)
    let sum = text.binary("fadd", type, wide, text.number(1, type))
    let value = wideLogarithm(sum, perDoubling: 0.6931471805599453, scale: 1, type, &text)
    let rounded = text.convert("fptrunc", value, type, single)
    let isFinite = text.compare("olt", single, x, text.number(.infinity, single))
    let unbounded = text.select(single, isFinite, rounded, x)
    let minusOne = text.number(-1, single)
    let isDefined = text.compare("oge", single, x, minusOne)
    let defined = text.select(single, isDefined, unbounded, text.number(.nan, single))
    let isPole = text.compare("oeq", single, x, minusOne)
    let complete = text.select(single, isPole, text.number(-.infinity, single), defined)
    // Of less than 2⁻²⁶ the logarithm rounds to the number itself, and f64 would lose bits of it.
    let isTiny = text.compare(
      "olt", single, text.magnitude(x, single), text.number(0x1p-26, single))
    return text.select(single, isTiny, x, complete)
  }

  /// The logarithm, to a base that two factors give, of normal positive f64 numbers, exact to 2⁻³⁷:
  /// more than f32 needs.
  static func wideLogarithm(
    _ x: String, perDoubling: Double, scale: Double, _ type: VectorType,
    _ text: inout FunctionText
  ) -> String {
    let (e, mantissa) = parts(x, type, &text)
    let f = text.binary("fsub", type, mantissa, text.number(1, type))
    let square = text.binary("fmul", type, f, f)
    let tail = text.polynomial(wideLogarithmTail.map { $0 * scale }, of: f, type)
    let linear = text.binary("fmul", type, f, text.number(scale, type))
    let sum = text.multiplyAdd(type, square, tail, linear)
    return text.multiplyAdd(type, e, text.number(perDoubling, type), sum)
  }
}
