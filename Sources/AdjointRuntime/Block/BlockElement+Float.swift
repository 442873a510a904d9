/// What the floating-point types share.
protocol BlockFloat: BlockElement, BinaryFloatingPoint {
  static func exponential(_ x: Self) -> Self
  static func exponentialMinusOne(_ x: Self) -> Self
  static func logarithm(_ x: Self) -> Self
  static func logarithmOfOnePlus(_ x: Self) -> Self
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
  // The second comparison fails for a NaN in either place.
  @inline(__always)
  static func largest(_ x: Self, _ y: Self) -> Self { y >= x ? y : (y < x ? x : .nan) }
  @inline(__always)
  static func smallest(_ x: Self, _ y: Self) -> Self { y < x ? y : (y >= x ? x : .nan) }
  @inline(__always)
  static func conjunction(_ x: Self, _ y: Self) -> Self { (x != 0 && y != 0) ? 1 : 0 }
  @inline(__always)
  static func disjunction(_ x: Self, _ y: Self) -> Self { (x != 0 || y != 0) ? 1 : 0 }

  @inline(__always)
  static func sign(_ x: Self) -> Self { x > 0 ? 1 : (x < 0 ? -1 : x) }
  /// 1/(1 + e⁻ˣ) without overflow on either side.
  @inline(__always)
  static func sigmoid(_ x: Self) -> Self {
    let power = exponential(0 - x.magnitude)
    let sum = 1 + power
    return (x >= 0 ? 1 : (x < 0 ? power : x)) / sum
  }
  @inline(__always)
  static func softplus(_ x: Self) -> Self {
    let tail = logarithmOfOnePlus(exponential(0 - x.magnitude))
    return x > 0 ? x + tail : (x <= 0 ? tail : x)
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
  var asTruth: Truth { Truth(self != 0) }
  @inline(__always)
  init(position: Int) { self.init(position) }
}
