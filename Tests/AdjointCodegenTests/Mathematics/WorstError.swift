import Foundation

#if arch(x86_64)
  /// Numbers that hold the exact values of functions of f64 more exactly than f64.
  typealias Extended = Float80
#else
  typealias Extended = Double
#endif

/// The largest error of a function over the arguments that were tried.
struct WorstError: Sendable, CustomStringConvertible {
  /// In units in the last place of the exact value, rounded to the type; infinite for a NaN where
  /// there should be none or none where there should be one, for a zero of the wrong sign, and for a
  /// finite value of what is infinite.
  var units = 0.0
  var argument = 0.0
  var found = 0.0
  var exact = 0.0

  var description: String { "\(units) units at \(argument): \(found), not \(exact)" }

  mutating func note(_ found: Float, exact: Double, at argument: Double) {
    note(
      Self.units(found, exact: exact, roundsTo: Float(exact)), argument, Double(found), exact)
  }

  mutating func note(_ found: Double, exact: Extended, at argument: Double) {
    note(
      Self.units(found, exact: exact, roundsTo: Double(exact)), argument, found, Double(exact))
  }

  private mutating func note(
    _ units: Double, _ argument: Double, _ found: Double, _ exact: Double
  ) {
    if units > self.units {
      self = WorstError(units: units, argument: argument, found: found, exact: exact)
    }
  }

  mutating func merge(_ other: WorstError) {
    if other.units > units { self = other }
  }

  private static func units<Number: BinaryFloatingPoint, Exact: BinaryFloatingPoint>(
    _ found: Number, exact: Exact, roundsTo rounded: Number
  ) -> Double {
    if exact.isNaN || found.isNaN { return exact.isNaN && found.isNaN ? 0 : .infinity }
    if exact.isInfinite { return found.isInfinite && found.sign == exact.sign ? 0 : .infinity }
    if rounded == 0, found == 0 { return rounded.sign == found.sign ? 0 : .infinity }
    if rounded.isInfinite, found == rounded { return 0 }
    // An infinite value counts as the power of two after the greatest number.
    let greatest = Number.greatestFiniteMagnitude
    let value =
      found.isInfinite ? Exact(greatest) + Exact(greatest.ulp) : Exact(found.magnitude)
    let distance =
      found.sign == exact.sign
      ? (value - exact.magnitude).magnitude : value + exact.magnitude
    return Double(distance / Exact((rounded.isInfinite ? greatest : rounded).ulp))
  }
}
