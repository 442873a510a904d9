import AdjointCore

/// Strings as JSON writes them (RFC 8259, section 7).
package enum JSONString {
  /// The text in quotes, with the escapes that JSON requires.
  package static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

extension ByteScanner {
  /// A string in quotes.
  mutating func jsonString() throws(Diagnostic) -> String {
    try expect("\"")
    var text: [UInt8] = []
    while true {
      let byte = try take()
      switch byte {
      case 0x22:
        let result = String(decoding: text, as: UTF8.self)
        // Decoding replaces what is not UTF-8, so a difference shows damage.
        guard result.utf8.elementsEqual(text) else { throw failure("a string is not UTF-8") }
        return result
      case 0x5c: text.append(contentsOf: String(try jsonEscape()).utf8)
      case ..<0x20: throw failure("a string has a control character")
      default: text.append(byte)
      }
    }
  }

  /// A list of whole numbers.
  mutating func jsonNumbers(atMost limit: Int) throws(Diagnostic) -> [Int] {
    try expect("[")
    if accept("]") { return [] }
    var numbers: [Int] = []
    repeat {
      guard numbers.count < limit else { throw failure("a list has more than \(limit) numbers") }
      numbers.append(try naturalNumber())
    } while accept(",")
    try expect("]")
    return numbers
  }

  private mutating func jsonEscape() throws(Diagnostic) -> Unicode.Scalar {
    switch try take() {
    case 0x22: return "\""
    case 0x5c: return "\\"
    case 0x2f: return "/"
    case 0x62: return "\u{8}"
    case 0x66: return "\u{c}"
    case 0x6e: return "\n"
    case 0x72: return "\r"
    case 0x74: return "\t"
    case 0x75:
      let unit = try jsonCodeUnit()
      guard unit & 0xfc00 == 0xd800 else {
        guard let scalar = Unicode.Scalar(unit) else { throw failure("half a surrogate pair") }
        return scalar
      }
      guard try take() == 0x5c, try take() == 0x75 else { throw failure("half a surrogate pair") }
      let low = try jsonCodeUnit()
      let code = 0x10000 + (unit & 0x3ff) << 10 + (low & 0x3ff)
      guard low & 0xfc00 == 0xdc00, let scalar = Unicode.Scalar(code) else {
        throw failure("half a surrogate pair")
      }
      return scalar
    default: throw failure("an escape that JSON does not have")
    }
  }

  private mutating func jsonCodeUnit() throws(Diagnostic) -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      let byte = try take()
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw failure("an escape without four hexadecimal digits")
      }
      unit = unit << 4 | UInt32(digit)
    }
    return unit
  }
}
