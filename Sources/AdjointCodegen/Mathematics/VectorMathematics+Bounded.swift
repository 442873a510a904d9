/// Functions that are odd and bounded.
///
/// Coefficients as in `VectorMathematics+Exponential.swift`.
extension VectorMathematics {
  /// h/(1 + h) with h = (e^2|x| − 1)/2.
  ///
  /// Largest error in units in the last place: 1.80 over all of f32 (1.87 without fused multiply-add);
  /// 1.82 (1.92) in dense samples of f64.
  static func hyperbolicTangent(
    _ x: String, _ type: VectorType, _ text: inout FunctionText
  ) -> String {
    // Beyond this the result rounds to 1.
    let end = type.element == .f64 ? 19.1 : 9.02
    let z = text.atMost(end, text.magnitude(x, type), type)
    let magnitude = quotient(halfRiseOfSquare(of: z, type, &text), type, &text)
    return text.intrinsic("copysign", type, [magnitude, x])
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
