#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The range of one axis, its ticks, and where on the axis a value lies.
package struct ChartScale {
  package struct Tick {
    package var value: Double
    package var label: String
  }

  package let lower: Double
  package let upper: Double
  package let isLogarithmic: Bool
  package let ticks: [Tick]

  /// A scale that holds the values, of which those that are not finite (for a logarithmic one, also
  /// those not above zero) are left out.
  package init(
    covering values: [Double], isLogarithmic: Bool = false, includesZero: Bool = false,
    isTight: Bool = false, tickCount: Int = 6
  ) {
    self.isLogarithmic = isLogarithmic
    let usable = values.filter { $0.isFinite && (!isLogarithmic || $0 >= .leastNormalMagnitude) }
    // Far from the ends of the range of Double, so that every difference below is finite.
    var low = min(max(usable.min() ?? (isLogarithmic ? 0.1 : 0), -1e307), 1e307)
    var high = min(max(usable.max() ?? 1, -1e307), 1e307)
    if isLogarithmic {
      let first = Int(log10(low).rounded(.down))
      let last = max(Int(log10(high).rounded(.up)), first + 1)
      (lower, upper) = (pow(10, Double(first)), pow(10, Double(last)))
      ticks = Self.decades(from: first, to: last)
      return
    }
    if includesZero { (low, high) = (min(low, 0), max(high, 0)) }
    let size = max(low.magnitude, high.magnitude)
    if high - low <= max(size * 1e-12, 1e-290) {
      let space = size < 1e-280 ? 1 : size * 0.1
      (low, high) = (low - space, high + space)
    }
    let isWhole = usable.allSatisfy { $0 == $0.rounded() }
    let finest = Self.niceStep((high - low) / Double(tickCount - 1))
    let step = isWhole ? max(finest, 1) : finest
    if isTight {
      (lower, upper) = (low, high)
    } else {
      (lower, upper) = ((low / step).rounded(.down) * step, (high / step).rounded(.up) * step)
    }
    let first = (lower / step - 1e-9).rounded(.up)
    let count = min(max(Int(((upper / step + 1e-9).rounded(.down) - first).rounded()), 0), 50)
    ticks = (0...count).map { index in
      let value = (first + Double(index)) * step
      return Tick(value: value, label: Self.label(value, step: step))
    }
  }

  /// Where a value lies: 0 at the lower end, 1 at the upper end, nil if it cannot be shown.
  package func fraction(of value: Double) -> Double? {
    guard value.isFinite else { return nil }
    if isLogarithmic {
      guard value >= lower else { return nil }
      return min(log10(value / lower) / log10(upper / lower), 1)
    }
    return min(max((value - lower) / (upper - lower), 0), 1)
  }

  /// The step of 1, 2 or 5 times a power of ten that is no smaller than the given one.
  package static func niceStep(_ rough: Double) -> Double {
    let power = pow(10, log10(rough).rounded(.down))
    for factor in [1.0, 2, 5] where factor * power >= rough * (1 - 1e-9) { return factor * power }
    return 10 * power
  }

  /// The value with as many decimals as the step needs.
  package static func label(_ value: Double, step: Double) -> String {
    if value.magnitude < step * 1e-6 { return "0" }
    let decimals = max(0, Int((-log10(step) - 1e-9).rounded(.up)))
    if decimals > 6 || value.magnitude >= 1e7 { return scientific(value, step: step) }
    return fixed(value, decimals: decimals)
  }

  /// The value with exactly so many decimals, and commas between thousands.
  package static func fixed(_ value: Double, decimals: Int) -> String {
    let scale = pow(10, Double(decimals))
    let scaled = (value.magnitude * scale).rounded()
    guard scaled < 1e15 else { return "\(value)" }
    let digits = String(Int(scaled))
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    var whole = Array(padded.dropLast(decimals))
    var place = whole.count - 3
    while place > 0 {
      whole.insert(",", at: place)
      place -= 3
    }
    let sign = value < 0 && scaled > 0 ? "−" : ""
    return sign + String(whole) + (decimals > 0 ? "." + padded.suffix(decimals) : "")
  }

  private static func scientific(_ value: Double, step: Double) -> String {
    let exponent = Int(log10(value.magnitude).rounded(.down))
    let decimals = min(max(exponent - Int(log10(step).rounded(.down)), 0), 6)
    let mantissa = value / pow(10, Double(exponent))
    return fixed(mantissa, decimals: decimals) + "e\(exponent)"
  }

  private static func decades(from first: Int, to last: Int) -> [Tick] {
    let stride = (last - first + 7) / 8
    return Swift.stride(from: first, through: last, by: max(stride, 1)).map { exponent in
      let value = pow(10, Double(exponent))
      let isPlain = exponent >= -4 && exponent <= 5
      let label = isPlain ? fixed(value, decimals: max(0, -exponent)) : "1e\(exponent)"
      return Tick(value: value, label: label)
    }
  }
}
