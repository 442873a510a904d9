/// How the numbers of one tensor are printed so that they stand below each other, as NumPy does it.
///
/// Numbers have the shortest digits that read back as the same, and at most eight behind the point.
/// They are written with an exponent where one is large (from 1e8, or 1e6 for `f32`), one is small
/// (below 1e-4), or the largest is more than a thousand times the smallest.
struct NumberColumn {
  private static let precision = 8

  /// A number that is to be printed.
  struct Number {
    let value: Double
    /// The shortest digits that read back as the same number of its type.
    let shortest: DecimalExpansion

    init(_ value: Double) {
      self.value = value
      shortest = DecimalExpansion(description: value.isFinite ? value.description : "0")
    }

    init(_ value: Float) {
      self.value = Double(value)
      shortest = DecimalExpansion(description: value.isFinite ? value.description : "0")
    }

    fileprivate var sign: String { value.sign == .minus ? "-" : "" }

    /// Rounded to so many digits behind the point, where the shortest digits are more.
    fileprivate var positional: DecimalExpansion {
      if shortest.digits.count - shortest.point <= precision { return shortest }
      var exact = DecimalExpansion(exactly: value)
      exact.round(toDigits: exact.point + precision)
      return exact
    }

    /// Rounded to so many digits behind the first, where the shortest digits are more.
    fileprivate var scientific: DecimalExpansion {
      shortest.digits.count <= precision + 1 ? shortest : rounded(precision)
    }

    fileprivate func rounded(_ digits: Int) -> DecimalExpansion {
      var exact = DecimalExpansion(exactly: value)
      exact.round(toDigits: digits + 1)
      return exact
    }
  }

  private let isScientific: Bool
  private var left = 0
  private var right = 0
  private var exponentDigits = 0

  /// The form for some numbers of type `f32` or `f64`.
  init(_ numbers: [Number], isFloat: Bool) {
    let finite = numbers.filter(\.value.isFinite)
    let magnitudes = finite.map(\.value.magnitude).filter { $0 > 0 }
    let largest = magnitudes.max() ?? 1
    let smallest = magnitudes.min() ?? 1
    let isWide =
      isFloat
      ? Float(smallest) < 0.0001 || Float(largest) / Float(smallest) > 1000
      : smallest < 0.0001 || largest / smallest > 1000
    isScientific = !magnitudes.isEmpty && (largest >= (isFloat ? 1e6 : 1e8) || isWide)
    for number in finite {
      let digits = isScientific ? number.scientific : number.positional
      if isScientific {
        left = max(left, number.sign.utf8.count + 1)
        right = max(right, digits.digits.count - 1)
        exponentDigits = max(exponentDigits, Self.exponent(digits.exponent, 2).utf8.count - 1)
      } else {
        left = max(left, (number.sign + digits.integerPart).utf8.count)
        right = max(right, digits.fractionPart.utf8.count)
      }
    }
    if finite.count < numbers.count {
      let behind = fieldBehindPoint + 1
      let negative = numbers.contains { $0.value == -.infinity } ? 1 : 0
      left = max(left, 3 - behind, 3 + negative - behind)
    }
  }

  private var fieldBehindPoint: Int { isScientific ? exponentDigits + 2 + right : right }

  /// The number in a field as wide as all others.
  func text(_ number: Number) -> String {
    guard number.value.isFinite else {
      let word = number.value.isNaN ? "nan" : number.sign + "inf"
      return word.padded(toWidth: left + fieldBehindPoint + 1)
    }
    if isScientific {
      let digits = number.rounded(right)
      let mantissa = (number.sign + digits.text(0..<1)).padded(toWidth: left)
      return mantissa + "." + digits.text(1..<(1 + right)) + "e"
        + Self.exponent(digits.exponent, exponentDigits)
    }
    let digits = number.positional
    let fraction = digits.fractionPart
    return (number.sign + digits.integerPart).padded(toWidth: left) + "." + fraction
      + String(repeating: " ", count: right - fraction.utf8.count)
  }

  /// A number on its own: all digits that it takes to read it back.
  static func scalar(_ number: Number, isFloat: Bool) -> String {
    guard number.value.isFinite else { return number.value.isNaN ? "nan" : number.sign + "inf" }
    let digits = number.shortest
    let magnitude = number.value.magnitude
    if magnitude == 0 || (magnitude >= 0.0001 && magnitude < (isFloat ? 1e6 : 1e16)) {
      let fraction = digits.fractionPart
      return number.sign + digits.integerPart + "." + (fraction.isEmpty ? "0" : fraction)
    }
    let fraction = digits.text(1..<max(digits.digits.count, 1))
    return number.sign + digits.text(0..<1) + (fraction.isEmpty ? "" : "." + fraction) + "e"
      + exponent(digits.exponent, 2)
  }

  /// A sign and at least so many digits.
  private static func exponent(_ exponent: Int, _ width: Int) -> String {
    let digits = String(exponent.magnitude)
    let zeros = String(repeating: "0", count: max(width - digits.utf8.count, 0))
    return (exponent < 0 ? "-" : "+") + zeros + digits
  }
}

extension String {
  /// With spaces in front, where it is narrower.
  func padded(toWidth width: Int) -> String {
    String(repeating: " ", count: max(width - utf8.count, 0)) + self
  }
}
