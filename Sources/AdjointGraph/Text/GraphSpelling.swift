import AdjointCore

/// How the parts of a graph are spelled in text, so that reading the text gives the same part back.
package enum GraphSpelling {
  /// The shortest digits that read back as the same number, always told from a whole number.
  ///
  /// As in `0.5`, `1e-05`, `-0.0`, `inf`, `-inf`, `nan`, `-nan`. The payload of a NaN is not kept.
  package static func number(_ value: Double) -> String {
    if value.isNaN { return value.sign == .minus ? "-nan" : "nan" }
    // The shortest digits of 2⁶², 4.611686018427388e+18, are those of another whole number.
    if value.magnitude >= 0x1p53, case .whole = NumberLiteral(value.description),
      let whole = Int64(exactly: value)
    {
      return "\(whole).0"
    }
    return value.description
  }

  /// The shortest digits that read back as the same number when they are rounded to `f32`.
  ///
  /// They are read as `f64` and rounded then; where rounding twice misses, all digits are written.
  package static func number(_ value: Float) -> String {
    if value.isNaN { return number(Double(value)) }
    let text = value.description
    if let read = Double(text), Float(read) == value { return text }
    return number(Double(value))
  }

  /// A text in quotes, with `\"`, `\\`, `\n`, `\r`, `\t` and `\u{7}` where needed.
  package static func quoted(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy {
      $0 >= 0x20 && $0 != 0x7f && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
    }
    if isPlain { return "\"" + text + "\"" }
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x7f:
        result += "\\u{\(String(scalar.value, radix: 16))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// ` {axes = [1], keep = true}` with a space in front, or nothing where there are no attributes.
  ///
  /// - Parameter names: The names that functions have in the text.
  package static func attributes(
    _ list: AttributeList, _ names: FunctionNames = FunctionNames()
  ) -> String {
    if list.isEmpty { return "" }
    // The numbers beside an attribute `type` are of that type and print with its precision.
    var precision = ScalarType.f64
    if case .type(let type)? = list["type"] { precision = type.scalarType }
    let items = list.attributes.map { "\($0.name) = \(value($0.value, precision, names))" }
    return " {\(items.joined(separator: ", "))}"
  }

  private static func value(
    _ value: AttributeValue, _ precision: ScalarType, _ names: FunctionNames
  ) -> String {
    switch value {
    case .integer(let integer): String(integer)
    case .floating(let floating): number(floating, precision)
    case .bool(let flag): String(flag)
    case .text(let text): quoted(text)
    case .dimensions(let dimensions): Shape(dimensions).description
    case .numbers(let numbers):
      "[" + numbers.map { number($0, precision) }.joined(separator: ", ") + "]"
    case .scalarType(let type): type.rawValue
    case .type(let type): type.description
    case .function(let function): "@" + names[function]
    }
  }

  private static func number(_ literal: NumberLiteral, _ precision: ScalarType) -> String {
    if case .whole(let value) = literal { return String(value) }
    let digits = number(literal.double)
    guard precision == .f32, Double(Float(literal.double)) == literal.double else { return digits }
    // The digits of an f32 are read as f64. They are kept where that number is spelled alike, as 0.1
    // is; not 1.2345679e+09 for 1234567936, which is read as 1234567900.
    let shorter = number(Float(literal.double))
    return NumberLiteral(shorter).map { Self.number($0.double) } == shorter ? shorter : digits
  }

  /// `literal [0.5, 1.0]`, `uniform(-0.1, 0.1)`, `he`.
  package static func initializer(_ initializer: Initializer) -> String {
    switch initializer {
    case .zeros: "zeros"
    case .glorot: "glorot"
    case .he: "he"
    case .constant(let value): "constant(\(number(value)))"
    case .integer(let value): "constant(\(value))"
    case .uniform(let low, let high): "uniform(\(number(low)), \(number(high)))"
    case .normal(let mean, let deviation): "normal(\(number(mean)), \(number(deviation)))"
    case .literal(let tensor):
      "literal [" + elements(tensor).joined(separator: ", ") + "]"
    }
  }

  private static func elements(_ tensor: Tensor) -> [String] {
    switch tensor.storage {
    case .f32(let elements): elements.map { number($0) }
    case .f64(let elements): elements.map { number($0) }
    case .i32(let elements): elements.map { String($0) }
    case .i64(let elements): elements.map { String($0) }
    case .u8(let elements): elements.map { String($0) }
    case .bool(let elements): elements.map { $0 ? "1" : "0" }
    }
  }
}
