/// What the whole-number types share: wrap-around arithmetic, division by zero gives 0.
protocol BlockInteger: BlockElement, FixedWidthInteger {}

extension BlockInteger {
  @inline(__always)
  static func sum(_ x: Self, _ y: Self) -> Self { x &+ y }
  @inline(__always)
  static func product(_ x: Self, _ y: Self) -> Self { x &* y }
  @inline(__always)
  static func difference(_ x: Self, _ y: Self) -> Self { x &- y }
  @inline(__always)
  static func quotient(_ x: Self, _ y: Self) -> Self {
    y == 0 ? 0 : x.dividedReportingOverflow(by: y).partialValue
  }
  @inline(__always)
  static func maximum(_ x: Self, _ y: Self) -> Self { y >= x ? y : x }
  @inline(__always)
  static func minimum(_ x: Self, _ y: Self) -> Self { y < x ? y : x }
  @inline(__always)
  static func logicalAnd(_ x: Self, _ y: Self) -> Self { x & y }
  @inline(__always)
  static func logicalOr(_ x: Self, _ y: Self) -> Self { x | y }

  /// By squaring; a negative exponent gives 0 unless the base is 1 or −1.
  static func power(_ base: Self, _ exponent: Self) -> Self {
    if exponent < 0 {
      if base == 1 { return 1 }
      if isSigned, base == 0 &- 1 { return exponent & 1 == 0 ? 1 : base }
      return 0
    }
    var result: Self = 1
    var square = base
    var remaining = exponent
    while remaining > 0 {
      if remaining & 1 == 1 { result = result &* square }
      square = square &* square
      remaining = remaining &>> 1
    }
    return result
  }

  @inline(__always)
  init(lowBits: UInt64) { self.init(truncatingIfNeeded: lowBits) }
  @inline(__always)
  init(position: Int) { self.init(truncatingIfNeeded: position) }
  @inline(__always)
  var asFloat: Float { Float(self) }
  @inline(__always)
  var asDouble: Double { Double(self) }
  @inline(__always)
  var asInt32: Int32 { Int32(truncatingIfNeeded: self) }
  @inline(__always)
  var asInt64: Int64 { Int64(truncatingIfNeeded: self) }
  @inline(__always)
  var asUInt8: UInt8 { UInt8(truncatingIfNeeded: self) }
  @inline(__always)
  var asBool8: Bool8 { Bool8(self != 0) }
}

extension Int32: BlockInteger {}
extension Int64: BlockInteger {}
extension UInt8: BlockInteger {}
