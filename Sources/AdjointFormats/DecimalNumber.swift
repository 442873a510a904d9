/// Numbers written in decimal, as data files have them.
enum DecimalNumber: Equatable {
  case number(Double)
  /// A spelling of infinity or of "not a number", or a number beyond the range of `Double`.
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
    // Both numbers are exact, so one division rounds once (Clinger, PLDI 1990).
    if !hasExponent, digitCount <= 18, mantissa <= 1 << 53, decimals <= 22 {
      let value = Double(mantissa) / Self.powers[decimals]
      self = .number(isNegative ? -value : value)
      return
    }
    guard let value = Double(String(decoding: bytes, as: UTF8.self)) else {
      self = .notNumber
      return
    }
    self = value.isFinite ? .number(value) : .notFinite
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
