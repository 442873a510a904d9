import Foundation

/// Sine and cosine in f32 and f64; coefficients as in `VectorMathematics+Exponential.swift`.
extension VectorMathematics {
  /// Up to here arguments of f32 are reduced in f64; the system's library does the others.
  static let wideLimit = 1e8
  /// The bits after the point of the parts of π for `wideLimit`.
  static let widePlaces = [25, 51]

  /// How arguments are reduced in their own type.
  private struct Reduction {
    /// How far.
    var limit: Double
    /// The bits after the point of the parts of π.
    var places: [Int]

    /// The reduction in f32 or f64.
    ///
    /// n, or n + ½, has at most 9 bits in f32 and 21 in f64. Its products with the first three parts
    /// are exact, and so are the first two differences.
    static func of(_ type: VectorType) -> Reduction {
      type.element == .f64
        ? Reduction(limit: 1.6e6, places: [31, 51, 83])
        : Reduction(limit: 800, places: [11, 22, 37])
    }
  }

  /// π as a sum of numbers of so many bits after the point, and what they leave.
  static func partsOfPi(places: [Int]) -> [Double] {
    // π is the sum of these, with about 160 bits.
    var rest = [3.141592653589793, 1.2246467991473532e-16, -2.9947698097183397e-33]
    var parts: [Double] = []
    for bits in places {
      let unit = scalbn(1, bits)
      let part = (rest[0] * unit).rounded() / unit
      parts.append(part)
      // What is left of the first number is exact, and the others are carried into it.
      let first = rest[0] - part
      let second = first + rest[1]
      let third = (rest[1] - (second - first)) + rest[2]
      rest = [second + third, third - ((second + third) - second), 0]
    }
    return parts + [rest[0]]
  }

  /// sin x = (−1)ⁿ·sin r with x = n·π + r and |r| ≤ π/2.
  ///
  /// Largest error in units in the last place: 1.63 over all of f32 (1.89 without fused multiply-add);
  /// 1.46 (1.69) in dense samples of f64.
  static func sine(_ x: String, _ type: VectorType, _ text: inout FunctionText) -> String {
    wave(x, isCosine: false, type, &text)
  }

  /// cos x = −(−1)ⁿ·sin r with x = (n + ½)·π + r and |r| ≤ π/2, which is exact at the zeros, too.
  ///
  /// Largest error in units in the last place: 1.64 over all of f32 (1.90 without fused multiply-add);
  /// 1.62 (1.76) in dense samples of f64.
  static func cosine(_ x: String, _ type: VectorType, _ text: inout FunctionText) -> String {
    wave(x, isCosine: true, type, &text)
  }

  private static func wave(
    _ x: String, isCosine: Bool, _ type: VectorType, _ text: inout FunctionText
  ) -> String {
    let magnitude = text.magnitude(x, type)
    let reduction = Reduction.of(type)
    let (n, bits) = turns(magnitude, isCosine: isCosine, type, &text)
    let rest = remainder(magnitude, n, partsOfPi(places: reduction.places), type, &text)
    let near = sineOfReduced(rest, bits, x, isCosine, type, &text)
    let isFar = text.compare("ogt", type, magnitude, text.number(reduction.limit, type))
    return text.rarely(isFar, replacing: [near], [type]) { text in
      if type.element == .f64 {
        let far = text.eachLane(isCosine ? "cos" : "sin", x, type)
        return [text.select(type, isFar, far, near)]
      }
      let far = waveByWide(x, magnitude, isCosine: isCosine, type, &text)
      let chosen = text.select(type, isFar, far, near)
      let isHuge = text.compare("ogt", type, magnitude, text.number(wideLimit, type))
      return text.rarely(isHuge, replacing: [chosen], [type]) { text in
        let huge = text.eachLane(isCosine ? "cosf" : "sinf", x, type)
        return [text.select(type, isHuge, huge, chosen)]
      }
    }[0]
  }

  /// The sine or cosine in f32 of an argument that is reduced in f64.
  private static func waveByWide(
    _ x: String, _ magnitude: String, isCosine: Bool, _ type: VectorType,
    _ text: inout FunctionText
  ) -> String {
    let double = type.of(.f64)
    let wide = text.convert("fpext", magnitude, type, double)
    let (n, bits) = turns(wide, isCosine: isCosine, double, &text)
    let rest = remainder(wide, n, partsOfPi(places: widePlaces), double, &text)
    let narrow = text.convert("fptrunc", rest, double, type)
    let low = text.convert("trunc", bits, double.bits, type.bits)
    return sineOfReduced(narrow, low, x, isCosine, type, &text)
  }

  /// The whole number n (for cosines, n + ½) nearest to x/π, and n as the low bits of a number.
  static func turns(
    _ magnitude: String, isCosine: Bool, _ type: VectorType, _ text: inout FunctionText
  ) -> (n: String, bits: String) {
    let magic = text.number(type.element == .f64 ? 0x1.8p52 : 0x1.8p23, type)
    let perPi = text.number(1 / Double.pi, type)
    guard isCosine else {
      let shifted = text.multiplyAdd(type, magnitude, perPi, magic)
      return (text.binary("fsub", type, shifted, magic), text.bits(shifted, type))
    }
    let half = text.number(0.5, type)
    let turns = text.multiplyAdd(type, magnitude, perPi, text.number(-0.5, type))
    let shifted = text.binary("fadd", type, turns, magic)
    let n = text.binary("fadd", type, text.binary("fsub", type, shifted, magic), half)
    return (n, text.bits(shifted, type))
  }

  /// x less n times each of the parts, one after the other.
  static func remainder(
    _ x: String, _ n: String, _ parts: [Double], _ type: VectorType,
    _ text: inout FunctionText
  ) -> String {
    parts.reduce(x) { rest, part in
      text.multiplyAdd(type, n, text.number(-part, type), rest)
    }
  }

  /// sin r = r + r·z·(1 + P(z)) with z = −r²/8, with the sign that n and x ask for; exact to 2⁻²⁷ in
  /// f32 and 2⁻⁶¹ in f64.
  private static func sineOfReduced(
    _ r: String, _ n: String, _ x: String, _ isCosine: Bool, _ type: VectorType,
    _ text: inout FunctionText
  ) -> String {
    let whole = type.bits
    // The steps of the polynomial that count most are a product with a power of two and sums of it.
    let eighth = text.binary("fmul", type, r, text.number(-0.125, type))
    let square = text.binary("fmul", type, eighth, r)
    let isDouble = type.element == .f64
    let tail = text.polynomial(
      isDouble
        ? [
          0.33333333333333326, 0.5333333333333244, 0.10158730158699117, 0.011287477948881294,
          0.0008209074380039611, 4.209754688603499e-05, 1.6028514534349418e-06,
          4.565370970883438e-08,
        ]
        : [0.33333277702331543, 0.5333161950111389, 0.10142496973276138, 0.010672910138964653],
      of: square, type)
    let bend = text.multiplyAdd(type, square, tail, square)
    let value = text.multiplyAdd(type, bend, r, r)
    let odd = text.binary("shl", whole, n, text.integer(isDouble ? 63 : 31, whole))
    let top = text.integer(isDouble ? .min : -0x8000_0000, whole)
    // The sign of an argument is left to the end, so that −0 stays what it is.
    let other =
      isCosine ? top : text.binary("and", whole, text.bits(x, type), top)
    let sign = text.binary("xor", whole, odd, other)
    return text.float(bits: text.binary("xor", whole, text.bits(value, type), sign), type)
  }
}
