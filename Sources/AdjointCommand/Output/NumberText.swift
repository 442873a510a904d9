/// Human-readable numbers, without the digits that nobody reads.
enum NumberText {
  /// All digits; a NaN without its sign.
  static func full(_ value: Double) -> String { value.isNaN ? "nan" : "\(value)" }

  /// Two significant digits: `3.1e-11`, `0.0042`, `0`.
  static func short(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return value == 0 ? "0" : full(value) }
    var exponent = 0
    var mantissa = value.magnitude
    while mantissa >= 10 {
      mantissa /= 10
      exponent += 1
    }
    while mantissa < 1 {
      mantissa *= 10
      exponent -= 1
    }
    let digits = fixed(mantissa, decimals: 1)
    return "\(value < 0 ? "-" : "")\(digits)e\(exponent)"
  }

  /// A number with a given count of digits after the point, up to 6.
  static func fixed(_ value: Double, decimals: Int) -> String {
    guard value.isFinite, value.magnitude < 1e12 else { return full(value) }
    var scale = 1
    for _ in 0..<min(max(decimals, 0), 6) { scale *= 10 }
    let scaled = Int((value.magnitude * Double(scale)).rounded())
    let sign = value < 0 && scaled > 0 ? "-" : ""
    if scale == 1 { return "\(sign)\(scaled)" }
    let fraction = String(scaled % scale)
    let zeros = String(repeating: "0", count: String(scale).count - 1 - fraction.count)
    return "\(sign)\(scaled / scale).\(zeros)\(fraction)"
  }

  /// A whole number with commas between groups of three digits.
  static func grouped(_ value: Int) -> String {
    var digits = String(value.magnitude)
    var groups: [Substring] = []
    while digits.count > 3 {
      groups.insert(digits.suffix(3), at: 0)
      digits = String(digits.dropLast(3))
    }
    return (value < 0 ? "-" : "") + ([digits[...]] + groups).joined(separator: ",")
  }
}
