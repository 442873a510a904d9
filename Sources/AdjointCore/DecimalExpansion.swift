/// A finite number's decimal digits, `0.d₁d₂d₃… · 10^point`, without zeros at either end.
struct DecimalExpansion {
  private(set) var digits: [UInt8]
  /// How many digits stand before the decimal point; below zero, zeros follow it first.
  private(set) var point: Int

  /// All digits of a number's magnitude.
  init(exactly value: Double) {
    let bits = value.magnitude.significandBitPattern
    let isNormal = value.isNormal
    let significand = isNormal ? bits | 1 << 52 : bits
    let exponent = (isNormal ? Int(value.exponentBitPattern) : 1) - 1075
    // m · 2^e is a whole number for e ≥ 0, and (m · 5^−e) / 10^−e otherwise.
    var number = WholeNumber(significand)
    let factor: UInt64 = exponent >= 0 ? 2 : 5
    for _ in 0..<exponent.magnitude { number.multiply(by: factor) }
    digits = number.digits
    point = digits.count + min(exponent, 0)
    trim()
  }

  /// The digits that a description of a number has, such as `12.5` or `1e-05`.
  init(description text: String) {
    digits = []
    point = 0
    let parts = text.split(separator: "e")
    var isFraction = false
    for byte in parts[0].utf8 {
      if byte == UInt8(ascii: ".") {
        isFraction = true
      } else if (0x30...0x39).contains(byte) {
        digits.append(byte - 0x30)
        if !isFraction { point += 1 }
      }
    }
    if parts.count > 1 { point += Int(parts[1]) ?? 0 }
    trim()
  }

  /// Rounds to so many digits, which may be none or fewer; ties go to an even digit.
  mutating func round(toDigits count: Int) {
    guard count < digits.count else { return }
    guard count >= 0 else {
      digits = []
      point = 0
      return
    }
    let dropped = digits[count...]
    digits.removeSubrange(count...)
    let isTie = dropped.first == 5 && dropped.count == 1
    let roundsUp = (dropped.first ?? 0) >= 5 && (!isTie || (digits.last ?? 0) % 2 == 1)
    if roundsUp {
      var place = count - 1
      while place >= 0, digits[place] == 9 { place -= 1 }
      if place >= 0 {
        digits.removeSubrange((place + 1)...)
        digits[place] += 1
      } else {
        digits = [1]
        point += 1
      }
    }
    trim()
  }

  /// The digits before the decimal point, at least one.
  var integerPart: String {
    point <= 0 ? "0" : text(0..<point)
  }

  /// The digits behind the decimal point, as many as there are.
  var fractionPart: String {
    if digits.isEmpty { return "" }
    let zeros = String(repeating: "0", count: max(-point, 0))
    return zeros + text(max(point, 0)..<max(digits.count, point, 0))
  }

  /// The digits at places behind the first one that is not zero; zeros where there are no more.
  func text(_ places: Range<Int>) -> String {
    String(places.map { Character(UnicodeScalar(0x30 + ($0 < digits.count ? digits[$0] : 0))) })
  }

  /// The exponent of scientific notation.
  var exponent: Int { digits.isEmpty ? 0 : point - 1 }

  private mutating func trim() {
    let zeros = digits.prefix { $0 == 0 }.count
    digits.removeFirst(zeros)
    point -= zeros
    while digits.last == 0 { digits.removeLast() }
    if digits.isEmpty { point = 0 }
  }
}

/// A whole number of any size.
private struct WholeNumber {
  private static let base: UInt64 = 1_000_000_000
  /// Nine decimal digits each, the lowest first.
  private var limbs: [UInt64] = []

  init(_ value: UInt64) {
    var rest = value
    while rest > 0 {
      limbs.append(rest % Self.base)
      rest /= Self.base
    }
  }

  mutating func multiply(by factor: UInt64) {
    var carry: UInt64 = 0
    for place in limbs.indices {
      let product = limbs[place] * factor + carry
      limbs[place] = product % Self.base
      carry = product / Self.base
    }
    if carry > 0 { limbs.append(carry) }
  }

  /// The decimal digits, the highest first, with zeros in front.
  var digits: [UInt8] {
    limbs.reversed().flatMap { limb in
      var rest = limb
      var digits: [UInt8] = Array(repeating: 0, count: 9)
      for place in (0..<9).reversed() {
        digits[place] = UInt8(rest % 10)
        rest /= 10
      }
      return digits
    }
  }
}
