/// Functions that are odd and bounded: a polynomial near 0, what is missing from 1 beyond.
///
/// Coefficients as in `VectorMathematics+Exponential.swift`.
extension VectorMathematics {
  /// x + x³·P(x²) up to 0.55, 1 − 2/(e^2|x| + 1) beyond.
  ///
  /// Largest error in units in the last place: 1.57 over all of f32 (1.53 without fused multiply-add);
  /// 1.55 in dense samples of f64.
  static func hyperbolicTangent(
    _ x: String, _ type: VectorType, _ text: inout FunctionText
  ) -> String {
    // Beyond this the result rounds to 1.
    let end = type.element == .f64 ? 19.1 : 9.02
    let z = text.atMost(end, text.magnitude(x, type), type)
    let square = text.binary("fmul", type, z, z)
    let cube = text.binary("fmul", type, square, z)
    let tail = text.polynomial(tangentTail(type), of: square, type)
    let near = text.multiplyAdd(type, cube, tail, z)
    let one = text.number(1, type)
    let (power, scale) = exponential(of: z, times: 2, type, &text)
    let bottom = text.multiplyAdd(type, power, scale, one)
    let missing = text.binary("fdiv", type, text.number(-2, type), bottom)
    let far = text.binary("fadd", type, one, missing)
    let isFar = text.compare("ogt", type, z, text.number(0.5493, type))
    let magnitude = text.select(type, isFar, far, near)
    return text.intrinsic("copysign", type, [magnitude, x])
  }

  /// (tanh x − x)/x³ in powers of x², so that tanh is exact to 2⁻²⁹ in f32 and 2⁻⁵⁵ in f64.
  private static func tangentTail(_ type: VectorType) -> [Double] {
    type.element == .f64
      ? [
        -0.3333333333333233, 0.1333333333317169, -0.05396825387755409, 0.021869486010338973,
        -0.00886319498596988, 0.003591723626318725, -0.0014532364124413349,
        0.0005791960610070019, -0.0002104001024335852, 5.108990381209809e-05,
      ]
      : [
        -0.33333316445350647, 0.13332591950893402, -0.05385299026966095, 0.021074682474136353,
        -0.006278763059526682,
      ]
  }

  /// x + x·P(x²) up to 0.6, 1 − 2^−G(|x|) beyond, where the polynomial G is −log₂(1 − erf);
  /// in f32.
  ///
  /// Largest error: 1.77 units in the last place, over all of f32 (1.78 without fused multiply-add).
  static func errorFunction(
    _ x: String, _ type: VectorType, _ text: inout FunctionText
  ) -> String {
    // Beyond this the result rounds to 1.
    let z = text.atMost(3.93, text.magnitude(x, type), type)
    let square = text.binary("fmul", type, z, z)
    let tail = text.polynomial(
      [
        0.12837915122509003, -0.37612512707710266, 0.112809918820858, -0.026646988466382027,
        0.004512357991188765,
      ], of: square, type)
    let near = text.multiplyAdd(type, z, tail, z)
    let exponent = text.polynomial(
      [
        4.361972605693154e-05, -1.62834894657135, -0.9166100025177002, -0.1524467170238495,
        0.033363476395606995, -0.004738545976579189, 0.000320503837428987,
      ], of: z, type)
    // The low bits of the sum are the exponent field of the power of two.
    let magic = text.number(12_582_912 + 127, type)
    let shifted = text.binary("fadd", type, exponent, magic)
    let n = text.binary("fsub", type, shifted, magic)
    let fraction = text.binary("fsub", type, exponent, n)
    let power = text.polynomial(
      [
        -1, -0.6931471824645996, -0.24022646248340607, -0.05550328642129898, -0.009618489071726799,
        -0.0013399944873526692, -0.0001534578768769279,
      ], of: fraction, type)
    let scale = text.binary(
      "shl", type.bits, text.bits(shifted, type), text.integer(23, type.bits))
    let far = text.multiplyAdd(
      type, power, text.float(bits: scale, type), text.number(1, type))
    let isFar = text.compare("ogt", type, z, text.number(0.6, type))
    let magnitude = text.select(type, isFar, far, near)
    return text.intrinsic("copysign", type, [magnitude, x])
  }
}
