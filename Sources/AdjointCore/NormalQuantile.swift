extension CounterBasedRandom {
  /// The x with Φ(x) = probability, for a probability strictly between 0 and 1 (AS 241, PPND16).
  package static func normalQuantile(_ probability: Double) -> Double {
    let q = probability - 0.5
    if q.magnitude <= 0.425 {
      let r = 0.180625 - q * q
      return q * centre.value(r)
    }
    let tail = q < 0 ? probability : 1 - probability
    let r = (-portableLogarithm(tail)).squareRoot()
    let magnitude =
      r <= 5 ? middle.value(r - 1.6) : far.value(r - 5)
    return q < 0 ? -magnitude : magnitude
  }

  /// ln(x) for a positive normal x, by ln(m·2ᵉ) = e·ln 2 + 2·artanh((m − 1)/(m + 1)).
  static func portableLogarithm(_ x: Double) -> Double {
    var mantissa = x.significand
    var exponent = Double(x.exponent)
    if mantissa > 1.4142135623730951 {
      mantissa /= 2
      exponent += 1
    }
    let z = (mantissa - 1) / (mantissa + 1)
    let square = z * z
    var sum = 0.0
    for term in stride(from: 25, through: 1, by: -2) { sum = sum * square + 1 / Double(term) }
    return exponent * 0.6931471805599453 + 2 * z * sum
  }

  /// Two polynomials, one over the other.
  private struct Ratio {
    typealias Coefficients = (Double, Double, Double, Double, Double, Double, Double, Double)

    /// Lowest power first.
    let numerator: Coefficients
    let denominator: Coefficients

    func value(_ x: Double) -> Double {
      Self.polynomial(x, numerator) / Self.polynomial(x, denominator)
    }

    private static func polynomial(_ x: Double, _ c: Coefficients) -> Double {
      let high = ((c.7 * x + c.6) * x + c.5) * x + c.4
      return (((high * x + c.3) * x + c.2) * x + c.1) * x + c.0
    }
  }

  // The coefficients a, b (centre), c, d (middle) and e, f (tail) of AS 241, lowest power first.
  private static let centre = Ratio(
    numerator: (
      3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
      1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
      3.3430575583588128105e4, 2.5090809287301226727e3
    ),
    denominator: (
      1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
      2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4,
      5.2264952788528545610e3
    )
  )
  private static let middle = Ratio(
    numerator: (
      1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
      3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
      2.27238449892691845833e-2, 7.74545014278341407640e-4
    ),
    denominator: (
      1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
      1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
      1.05075007164441684324e-9
    )
  )
  private static let far = Ratio(
    numerator: (
      6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
      2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
      2.71155556874348757815e-5, 2.01033439929228813265e-7
    ),
    denominator: (
      1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
      7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
      2.04426310338993978564e-15
    )
  )
}
