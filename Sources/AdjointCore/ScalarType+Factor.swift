// Which factors may stand for others in a product, in the arithmetic of a floating-point type.
extension ScalarType {
  /// Whether multiplication by the number, and by its reciprocal, only changes exponents: a positive power of
  /// two.
  package func scalesExactly(by number: Double) -> Bool {
    guard isDifferentiable, number.isNormal, number.significand == 1, number > 0 else {
      return false
    }
    return number.exponent.magnitude <= (self == .f32 ? 126 : 1022)
  }

  /// Whether the number has all its bits in this floating-point type and is neither 0, subnormal nor
  /// infinite.
  package func isNormal(_ number: Double) -> Bool {
    self == .f32 ? Float(number).isNormal && Double(Float(number)) == number : number.isNormal
  }

  /// The factor e for which `e · x` is `outer · (inner · x)` for every x, but for rounding; nil where there is
  /// none.
  ///
  /// One of the two is a power of two, or its negative, so that there is one rounding either way. Nor may
  /// `inner · x` overflow, or lose bits among the subnormal numbers, where `e · x` does not:
  ///
  /// - of factors that are both at most 1 in magnitude the product is the smaller number, and bits that
  ///   `inner · x` loses are no more than the last ones of the result;
  /// - a power of two of at least 1 loses no bits, and where it overflows a factor of at least 1 after it
  ///   changes nothing.
  ///
  /// So 2⁻¹⁰⁰ · (2¹⁰⁰ · x), which overflows for an x of 10³⁰, is not x.
  package func factor(combining outer: Double, after inner: Double) -> Double? {
    guard isDifferentiable else { return nil }
    let (first, last) = (inner.magnitude, outer.magnitude)
    let product = outer * inner
    // A change of sign loses nothing.
    if first == 1 || last == 1 { return product }
    guard isNormal(inner), isNormal(outer), isNormal(product) else { return nil }
    let isExact = scalesExactly(by: first)
    if first < 1, last < 1 { return isExact || scalesExactly(by: last) ? product : nil }
    return first > 1 && last > 1 && isExact ? product : nil
  }
}
