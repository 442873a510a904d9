/// What the exponential function needs to know of f32 or f64.
///
/// ln 2 is taken in two parts, the first short enough that its product with the numbers of halvings
/// that occur is exact: those of the Cephes library's `expf`, and of fdlibm's `exp`.
struct ExponentialFormat {
  /// 1.5·2²³ or 1.5·2⁵², to which adding leaves the nearest whole number in the low bits.
  var magic: Double
  /// The bits of the significand without the leading one.
  var place: Int64
  /// What is added to the exponent of a power of two in its field.
  var bias: Double
  var high: Double
  var low: Double
  /// Above this, eˣ is infinite.
  var most: Double
  /// What makes both halves of the exponents of all results but 0 positive as exponent fields, and
  /// not much more.
  var offset: Double
  /// 2 to what the two halves are off by then.
  var correction: Double
  /// What makes the exponents of all results but 0 those of normal numbers, and not much more.
  var lift: Int
  /// (eʳ − 1 − r)/r² for |r| ≤ ln 2 / 2, from the lowest power on.
  var tail: [Double]

  static func of(_ type: VectorType) -> ExponentialFormat { type.element == .f64 ? f64 : f32 }

  /// The argument to which all below it are raised, where the exponent field of 2ⁿ is n + offset.
  ///
  /// The field is 0 there, and with it the power of two and the result. Numbers so far below 0 are
  /// common: a causal mask puts them into half of an attention. A product that rounds to 0 instead
  /// takes Intel's processors 150 cycles, as one with a denormal result does.
  func least(offset: Double) -> Double { -offset * 0.693147180559945309 }

  /// The tail makes eʳ exact to 2⁻²⁸.
  private static let f32 = ExponentialFormat(
    magic: 0x1.8p23, place: 23, bias: 127, high: 0.693359375, low: -2.12194440e-4, most: 89,
    offset: 152, correction: 0x1p102, lift: 26,
    tail: [
      0.4999999403953552, 0.1666652113199234, 0.04166838899254799, 0.00836874544620514,
      0.001381453825160861,
    ])

  /// The tail makes eʳ exact to 2⁻⁵⁷.
  private static let f64 = ExponentialFormat(
    magic: 0x1.8p52, place: 52, bias: 1023, high: 6.93147180369123816490e-01,
    low: 1.90821492927058770002e-10, most: 710, offset: 1077, correction: 0x1p969,
    lift: 64,
    tail: [
      0.5000000000000011, 0.16666666666666413, 0.041666666666530155, 0.008333333333494465,
      0.0013888888943630134, 0.00019841269506570963, 2.4801493098839035e-05,
      2.755758638089113e-06, 2.7630248414080167e-07, 2.500005937772222e-08,
    ])
}
