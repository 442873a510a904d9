/// A number as it is written in a file, on a command line or in Swift, before it has a type.
///
/// It is compared by its bits: 0 and −0 differ, a NaN equals itself.
package enum NumberLiteral: Hashable, Sendable {
  /// A whole number, exact.
  case whole(Int64)
  /// A floating-point number by the bit pattern of its `Double`; where that is whole, exactly it.
  case floating(bits: UInt64)
  /// By its bit pattern, the whole or infinite `Double` nearest to a finite number that is neither
  /// that `Double` nor an `Int64`.
  case rounded(bits: UInt64)

  /// A floating-point number.
  package init(_ value: Double) { self = .floating(bits: value.bitPattern) }

  /// A whole number.
  package init<Integer: BinaryInteger>(_ value: Integer) {
    self = Int64(exactly: value).map { .whole($0) } ?? .rounded(bits: Double(value).bitPattern)
  }

  /// The number nearest to it; infinite for a finite one beyond the range of `Double`.
  package var double: Double {
    switch self {
    case .whole(let value): Double(value)
    case .floating(let bits), .rounded(let bits): Double(bitPattern: bits)
    }
  }

  /// The whole number that it is; nil for a fraction, and for one that 64 bits do not hold.
  package var wholeNumber: Int64? {
    switch self {
    case .whole(let value): value
    case .floating(let bits): Int64(exactly: Double(bitPattern: bits))
    case .rounded: nil
    }
  }
}

// MARK: - As an element

extension NumberLiteral {
  /// The number as an `f32`, rounded; nil where it is finite and would become infinite.
  package var float: Float? {
    let rounded: Float
    switch self {
    case .whole(let value): rounded = Float(value)
    case .floating, .rounded: rounded = Float(double)
    }
    return rounded.isFinite || isNotFinite ? rounded : nil
  }

  /// The number as an `f64`, rounded; nil where it is finite and would become infinite.
  package var finiteDouble: Double? { double.isFinite || isNotFinite ? double : nil }

  /// The number as an element of a whole-number type; nil where the type cannot hold it.
  package func element<Integer: FixedWidthInteger>(as: Integer.Type) -> Integer? {
    wholeNumber.flatMap { Integer(exactly: $0) }
  }

  /// 0 and 1 as truth values, nil for all other numbers.
  package var truth: Bool? {
    switch wholeNumber {
    case 0: false
    case 1: true
    default: nil
    }
  }

  /// Whether it was written as an infinity or a NaN.
  private var isNotFinite: Bool {
    if case .floating(let bits) = self { !Double(bitPattern: bits).isFinite } else { false }
  }

  /// Whether elements of a type can be this number, rounded where they are floating point.
  package func isRepresentable(as type: ScalarType) -> Bool {
    switch type {
    case .f32: float != nil
    case .f64: finiteDouble != nil
    case .i32: element(as: Int32.self) != nil
    case .i64: element(as: Int64.self) != nil
    case .u8: element(as: UInt8.self) != nil
    case .bool: truth != nil
    }
  }

  /// Refuses a number that elements of a type cannot be.
  ///
  /// - Parameter holder: What is of the type, where it is more than the type.
  /// - Throws: `.scalarTypeMismatch` for a number that is not whole where it has to be,
  ///   `.invalidType` for one beyond the range of the type.
  package func check(
    as type: ScalarType, for holder: String? = nil
  ) throws(Diagnostic) {
    if !isRepresentable(as: type) { throw refusal(by: type, for: holder) }
  }

  /// Why elements of a type cannot be this number.
  ///
  /// - Parameters:
  ///   - holder: What is of the type, where it is more than the type.
  ///   - place: Which of several numbers it is, with a space in front.
  package func refusal(
    by type: ScalarType, for holder: String? = nil, at place: String = ""
  ) -> Diagnostic {
    let problem = "\(holder ?? type.rawValue) cannot hold \(self)\(place)"
    let isFraction =
      switch self {
      case .whole: false
      case .floating: double.rounded() != double || !double.isFinite
      case .rounded: double.magnitude < 0x1p63
      }
    if !type.isDifferentiable, isFraction {
      return Diagnostic(
        .scalarTypeMismatch,
        "\(problem): \(type == .bool ? "truth values are the whole numbers 0 and 1" : "its elements are whole numbers"); "
          + "give one of them, or choose another type")
    }
    return Diagnostic(
      .invalidType,
      "\(problem): it is beyond the range of \(type.rawValue), \(Self.range(of: type)); give a "
        + "number within\(type.isDifferentiable ? " or inf" : ""), or choose another type")
  }

  private static func range(of type: ScalarType) -> String {
    switch type {
    case .f32: "-\(Float.greatestFiniteMagnitude) to \(Float.greatestFiniteMagnitude)"
    case .f64: "-\(Double.greatestFiniteMagnitude) to \(Double.greatestFiniteMagnitude)"
    case .i32: "\(Int32.min) to \(Int32.max)"
    case .i64: "\(Int64.min) to \(Int64.max)"
    case .u8: "0 to 255"
    case .bool: "0 to 1"
    }
  }
}

extension NumberLiteral: CustomStringConvertible {
  /// The text form.
  package var description: String {
    switch self {
    case .whole(let value): return String(value)
    case .floating, .rounded:
      if double.isNaN { return "nan" }
      let isBeyond = double.isInfinite && !isNotFinite
      return isBeyond ? "a number beyond \(double < 0 ? "-" : "")1.8e+308" : "\(double)"
    }
  }
}

// MARK: - From text

extension NumberLiteral {
  /// The number that a text spells as Swift spells numbers of type `Double`; nil for any other text.
  ///
  /// Whole numbers of 64 bits are exact, also with a point or an exponent.
  package init?(_ text: some StringProtocol) {
    if let whole = Int64(text), whole != 0 {
      self = .whole(whole)
      return
    }
    guard let value = Double(text) else { return nil }
    if value.isNaN || value.rounded() != value {
      self = .floating(bits: value.bitPattern)
    } else if value.isInfinite {
      let isSpelledOut = text.utf8.contains { $0 | 0x20 == UInt8(ascii: "i") }
      self = isSpelledOut ? .floating(bits: value.bitPattern) : .rounded(bits: value.bitPattern)
    } else {
      self = Self.exact(value, Array(text.utf8))
    }
  }

  /// The number of a text whose nearest `Double` is whole.
  private static func exact(_ nearest: Double, _ text: [UInt8]) -> NumberLiteral {
    guard let decimal = DecimalDigits(text) else {
      // Hexadecimal digits are exact up to 53 bits.
      return nearest.magnitude < 0x1p53
        ? .floating(bits: nearest.bitPattern) : .rounded(bits: nearest.bitPattern)
    }
    if decimal.digits.isEmpty { return .floating(bits: nearest.bitPattern) }
    guard let whole = decimal.wholeNumber else { return .rounded(bits: nearest.bitPattern) }
    return Double(exactly: whole) == nearest ? .floating(bits: nearest.bitPattern) : .whole(whole)
  }
}

/// The digits of a decimal number without zeros at either end, and the power of ten they are times.
private struct DecimalDigits {
  let isNegative: Bool
  let digits: ArraySlice<UInt8>
  let power: Int

  /// Nil for anything but a sign, digits with a point among them and an exponent.
  init?(_ text: [UInt8]) {
    var rest = text[...]
    isNegative = rest.first == UInt8(ascii: "-")
    if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
    let mantissa = rest.prefix { $0 | 0x20 != UInt8(ascii: "e") }
    guard mantissa.allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }) else {
      return nil
    }
    let decimals = mantissa.drop { $0 != UInt8(ascii: ".") }.dropFirst().count
    let exponent = rest.dropFirst(mantissa.count + 1)
    // An exponent of more digits than an `Int` has makes any number zero, infinite or a fraction.
    let written = exponent.isEmpty ? 0 : Int(String(decoding: exponent, as: UTF8.self)) ?? .max / 2
    let all = mantissa.filter { $0 != UInt8(ascii: ".") }.drop { $0 == 0x30 }
    let kept = all.reversed().drop { $0 == 0x30 }.count
    digits = all.prefix(kept)
    power = written - decimals + all.count - kept
  }

  /// The whole number, nil for a fraction or one beyond 64 bits.
  var wholeNumber: Int64? {
    guard power >= 0, digits.count + power <= 19 else { return nil }
    let zeros = String(repeating: "0", count: power)
    return Int64((isNegative ? "-" : "") + String(decoding: digits, as: UTF8.self) + zeros)
  }
}
