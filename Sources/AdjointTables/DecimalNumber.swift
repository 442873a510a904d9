import AdjointCore
import AdjointFormats

/// Numbers written in decimal, as data files have them.
enum DecimalNumber: Equatable {
  /// A finite number as it is written, also one beyond the range of `Double`.
  case number(NumberLiteral)
  /// A spelling of infinity or of "not a number".
  case notFinite
  case notNumber

  private static let powers: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  /// Reads the whole of the bytes: a sign, digits with a point, an exponent.
  init(_ bytes: ArraySlice<UInt8>) {
    var position = bytes.startIndex
    let end = bytes.endIndex
    var isNegative = false
    if position < end, bytes[position] == 0x2b || bytes[position] == 0x2d {
      isNegative = bytes[position] == 0x2d
      position += 1
    }
    var mantissa: UInt64 = 0
    var digitCount = 0
    var decimals = 0
    var sawPoint = false
    while position < end {
      let byte = bytes[position]
      if byte >= 0x30 && byte <= 0x39 {
        digitCount += 1
        // Beyond 18 digits the mantissa is not used.
        if digitCount <= 18 { mantissa = mantissa * 10 + UInt64(byte - 0x30) }
        if sawPoint { decimals += 1 }
      } else if byte == 0x2e && !sawPoint {
        sawPoint = true
      } else {
        break
      }
      position += 1
    }
    guard digitCount > 0 else {
      self = Self.isSpelledNotFinite(bytes) ? .notFinite : .notNumber
      return
    }
    let hasExponent = position < end
    if hasExponent {
      guard Self.isExponent(bytes[position...]) else {
        self = .notNumber
        return
      }
    }
    if !hasExponent, digitCount <= 18 {
      if decimals == 0, mantissa > 0 {
        self = .number(.whole(isNegative ? -Int64(mantissa) : Int64(mantissa)))
        return
      }
      // Both numbers are exact, so one division rounds once (Clinger, PLDI 1990), and never from a
      // fraction to a whole number: half a unit in the last place is less than one of the last digit.
      if mantissa <= 1 << 53 {
        let value = Double(mantissa) / Self.powers[decimals]
        self = .number(NumberLiteral(isNegative ? -value : value))
        return
      }
    }
    // Most numbers that come here are fractions of many digits, which need not be looked at again.
    let text = String(decoding: bytes, as: UTF8.self)
    if let value = Double(text), value.rounded() != value {
      self = .number(NumberLiteral(value))
    } else {
      self = NumberLiteral(text).map { .number($0) } ?? .notNumber
    }
  }

  private static func isExponent(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard bytes.first == 0x65 || bytes.first == 0x45 else { return false }
    var digits = bytes.dropFirst()
    if digits.first == 0x2b || digits.first == 0x2d { digits = digits.dropFirst() }
    return !digits.isEmpty && digits.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
  }

  private static func isSpelledNotFinite(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard bytes.count <= 9 else { return false }
    var text = String(decoding: bytes, as: UTF8.self).lowercased()
    if text.hasPrefix("+") || text.hasPrefix("-") { text.removeFirst() }
    return ["nan", "inf", "infinity"].contains(text)
  }
}
