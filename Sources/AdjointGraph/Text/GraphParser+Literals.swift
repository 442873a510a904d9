import AdjointCore

extension GraphParser {
  /// Whether the current token is a floating-point number.
  var isFloating: Bool {
    switch token.kind {
    case .floating: true
    case .word: ["inf", "nan"].contains(lexer.text(of: token))
    default: false
    }
  }

  mutating func integer() throws(Diagnostic) -> Int {
    guard token.kind == .integer else { throw expected("a whole number") }
    let text = lexer.text(of: token)
    guard let value = Int(text) else {
      throw mistake(
        "the whole number \(text) does not fit into 64 bits; a floating-point number has a point or an "
          + "exponent")
    }
    try advance()
    return value
  }

  /// Reads a whole or a floating-point number.
  mutating func number() throws(Diagnostic) -> NumberLiteral {
    if token.kind == .integer { return NumberLiteral(try integer()) }
    guard isFloating else { throw expected("a number") }
    let text = lexer.text(of: token)
    switch text {
    case "inf": try advance(); return NumberLiteral(.infinity)
    case "-inf": try advance(); return NumberLiteral(-.infinity)
    case "nan": try advance(); return NumberLiteral(.nan)
    case "-nan": try advance(); return NumberLiteral(-.nan)
    default: break
    }
    guard let value = NumberLiteral(text), value.double.isFinite else {
      throw mistake("the number \(text) is beyond the range of f64; write inf for infinity")
    }
    try advance()
    return value
  }

  /// Reads a text in quotes.
  mutating func text() throws(Diagnostic) -> String {
    let raw = lexer.text(of: token)
    guard raw.utf8.contains(UInt8(ascii: "\\")) else {
      try advance()
      return raw
    }
    var result = String.UnicodeScalarView()
    var rest = raw.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      guard scalar == "\\" else {
        result.append(scalar)
        continue
      }
      guard let escaped = Self.unescape(&rest) else {
        throw mistake(#"in a text \ begins one of \" \\ \n \r \t \u{hexadecimal}"#)
      }
      result.append(escaped)
    }
    try advance()
    return String(result)
  }

  private static func unescape(_ rest: inout Substring.UnicodeScalarView) -> Unicode.Scalar? {
    switch rest.popFirst() {
    case "\"": return "\""
    case "\\": return "\\"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "u":
      guard rest.popFirst() == "{" else { return nil }
      var digits = ""
      while let digit = rest.popFirst(), digit != "}" {
        guard digits.utf8.count < 6, digit.properties.isASCIIHexDigit else { return nil }
        digits.unicodeScalars.append(digit)
      }
      return UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init)
    default: return nil
    }
  }

  /// Reads `f32[B, 784]`.
  mutating func type() throws(Diagnostic) -> TensorType {
    try type(of: scalarType())
  }

  mutating func scalarType() throws(Diagnostic) -> ScalarType {
    guard token.kind == .word else { throw expected("a type such as f32[B, 784]") }
    let text = lexer.text(of: token)
    guard let type = ScalarType(rawValue: text) else {
      let known = ScalarType.allCases.map(\.rawValue).joined(separator: ", ")
      throw mistake("\(text) is no scalar type; there are \(known)", code: .invalidType)
    }
    try advance()
    return type
  }

  /// Reads the extents of a type.
  mutating func type(of scalarType: ScalarType) throws(Diagnostic) -> TensorType {
    let place = location
    var dimensions: [Dimension] = []
    try list(from: "[", to: "]", "a type is written f32[B, 784], that of a scalar f32[]") {
      (parser) throws(Diagnostic) in
      guard dimensions.count < TensorType.maximumRank else {
        throw parser.mistake(
          "a tensor has at most \(TensorType.maximumRank) dimensions", code: .invalidType)
      }
      dimensions.append(
        try parser.dimension("an extent, a whole number or the name of a dimension"))
    }
    let type = TensorType(scalarType, Shape(dimensions))
    do {
      try type.validate()
    } catch {
      throw error.located(at: place)
    }
    return type
  }

  /// Reads a whole number or the name of a dimension.
  mutating func dimension(_ what: String) throws(Diagnostic) -> Dimension {
    if token.kind == .integer { return .fixed(try integer()) }
    guard token.kind == .word else { throw expected(what) }
    let name = lexer.text(of: token)
    guard Identifier.isValidDimension(name) else {
      throw mistake("\(name) is a number and no name of a dimension; choose another name")
    }
    try advance()
    return .named(name)
  }
}
