/// What the floating-point types share.
protocol BlockFloat: BlockElement, BinaryFloatingPoint {
  static func exponential(_ x: Self) -> Self
  static func exponentialMinusOne(_ x: Self) -> Self
  static func logarithm(_ x: Self) -> Self
  static func logarithmOfOnePlus(_ x: Self) -> Self
  /// ln(1 + u) for 0 ≤ u ≤ 1.
  static func logarithmOfSum(_ u: Self) -> Self
  static func sine(_ x: Self) -> Self
  static func cosine(_ x: Self) -> Self
  static func tangent(_ x: Self) -> Self
  static func hyperbolicTangent(_ x: Self) -> Self
  static func errorFunction(_ x: Self) -> Self
  static func roundedToEven(_ x: Self) -> Self
  static func roundedDown(_ x: Self) -> Self
  static func roundedUp(_ x: Self) -> Self
}

extension BlockFloat {
  @inline(__always)
  static func sum(_ x: Self, _ y: Self) -> Self { x + y }
  @inline(__always)
  static func product(_ x: Self, _ y: Self) -> Self { x * y }
  @inline(__always)
  static func difference(_ x: Self, _ y: Self) -> Self { x - y }
  @inline(__always)
  static func quotient(_ x: Self, _ y: Self) -> Self { x / y }
  // One instruction that gives the second number for a NaN in either place, and one that puts a NaN
  // in the first place right.
  @inline(__always)
  static func maximum(_ x: Self, _ y: Self) -> Self {
    let larger = x > y ? x : y
    return x != x ? x : larger
  }
  @inline(__always)
  static func minimum(_ x: Self, _ y: Self) -> Self {
    let smaller = y < x ? y : x
    return y != y ? y : smaller
  }
  @inline(__always)
  static func logicalAnd(_ x: Self, _ y: Self) -> Self { (x != 0 && y != 0) ? 1 : 0 }
  @inline(__always)
  static func logicalOr(_ x: Self, _ y: Self) -> Self { (x != 0 || y != 0) ? 1 : 0 }

  @inline(__always)
  static func sign(_ x: Self) -> Self { x > 0 ? 1 : (x < 0 ? -1 : x) }
  /// 1/(1 + e⁻ˣ) without overflow on either side.
  @inline(__always)
  static func sigmoid(_ x: Self) -> Self {
    let power = exponential(0 - x.magnitude)
    let numerator = x < 0 ? power : 1
    return numerator / (1 + power)
  }
  @inline(__always)
  static func softplus(_ x: Self) -> Self {
    let tail = logarithmOfSum(exponential(0 - x.magnitude))
    return (x > 0 ? x : 0) + tail
  }

  /// Toward zero, clamped to the range; NaN becomes 0.
  @inline(__always)
  private func clamped<Integer: FixedWidthInteger>(_ type: Integer.Type) -> Integer {
    if self <= Self(Integer.min) { return .min }
    if self >= Self(Integer.max) { return .max }
    return self == self ? Integer(self) : 0
  }
  @inline(__always)
  var asInt32: Int32 { clamped(Int32.self) }
  @inline(__always)
  var asInt64: Int64 { clamped(Int64.self) }
  @inline(__always)
  var asUInt8: UInt8 { clamped(UInt8.self) }
  @inline(__always)
  var asBool8: Bool8 { Bool8(self != 0) }
  @inline(__always)
  init(position: Int) { self.init(position) }
}
