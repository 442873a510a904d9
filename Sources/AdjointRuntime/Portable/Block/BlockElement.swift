import AdjointCore
import AdjointKernels

/// An element type as the vector loops know it: how its values combine and convert.
///
/// The meaning is that of `ScalarValue`; here it is spelled for each type so that loops over it are
/// specialised and vectorised.
protocol BlockElement: Comparable, BitwiseCopyable, Sendable {
  static func sum(_ x: Self, _ y: Self) -> Self
  static func product(_ x: Self, _ y: Self) -> Self
  static func difference(_ x: Self, _ y: Self) -> Self
  static func quotient(_ x: Self, _ y: Self) -> Self
  static func power(_ x: Self, _ y: Self) -> Self
  static func maximum(_ x: Self, _ y: Self) -> Self
  static func minimum(_ x: Self, _ y: Self) -> Self
  static func logicalAnd(_ x: Self, _ y: Self) -> Self
  static func logicalOr(_ x: Self, _ y: Self) -> Self
  /// The reduce of `count` ≥ 1 elements, in an order that depends on their number alone. `scratch`
  /// holds half as many elements.
  static func reduce(
    _ x: UnsafePointer<Self>, _ count: Int, _ combiner: Combiner,
    scratch: UnsafeMutablePointer<Self>
  ) -> Self
  /// The value with these bits, the low ones where it is narrower.
  init(lowBits: UInt64)
  /// A loop position.
  init(position: Int)

  var asFloat: Float { get }
  var asDouble: Double { get }
  var asInt32: Int32 { get }
  var asInt64: Int64 { get }
  var asUInt8: UInt8 { get }
  var asBool8: Bool8 { get }
}

/// A `bool` in memory: a byte that holds 0 or 1.
struct Bool8: Comparable, BitwiseCopyable, Sendable {
  var byte: UInt8

  init(_ value: Bool) { byte = value ? 1 : 0 }
  init(byte: UInt8) { self.byte = byte }

  static func < (left: Bool8, right: Bool8) -> Bool { left.byte < right.byte }
}

extension Bool8: BlockElement {
  static func sum(_ x: Bool8, _ y: Bool8) -> Bool8 { Bool8(byte: x.byte | y.byte) }
  static func product(_ x: Bool8, _ y: Bool8) -> Bool8 { Bool8(byte: x.byte & y.byte) }
  static func difference(_ x: Bool8, _ y: Bool8) -> Bool8 { Bool8(byte: x.byte ^ y.byte) }
  static func quotient(_ x: Bool8, _ y: Bool8) -> Bool8 { Bool8(byte: x.byte & y.byte) }
  static func power(_ x: Bool8, _ y: Bool8) -> Bool8 { Bool8(byte: x.byte | (1 ^ y.byte)) }
  static func maximum(_ x: Bool8, _ y: Bool8) -> Bool8 { Bool8(byte: x.byte | y.byte) }
  static func minimum(_ x: Bool8, _ y: Bool8) -> Bool8 { Bool8(byte: x.byte & y.byte) }
  static func logicalAnd(_ x: Bool8, _ y: Bool8) -> Bool8 { Bool8(byte: x.byte & y.byte) }
  static func logicalOr(_ x: Bool8, _ y: Bool8) -> Bool8 { Bool8(byte: x.byte | y.byte) }
  init(lowBits: UInt64) { byte = UInt8(truncatingIfNeeded: lowBits) & 1 }
  init(position: Int) { self.init(position != 0) }
  var asFloat: Float { Float(byte) }
  var asDouble: Double { Double(byte) }
  var asInt32: Int32 { Int32(byte) }
  var asInt64: Int64 { Int64(byte) }
  var asUInt8: UInt8 { byte }
  var asBool8: Bool8 { self }
}

extension BlockElement {
  @inline(__always)
  static func reduce(
    _ x: UnsafePointer<Self>, _ count: Int, _ combiner: Combiner,
    scratch: UnsafeMutablePointer<Self>
  ) -> Self {
    switch combiner {
    case .sum: BlockLoops.reduce(x, count, scratch: scratch, sum)
    case .product: BlockLoops.reduce(x, count, scratch: scratch, product)
    case .maximum: BlockLoops.reduce(x, count, scratch: scratch, maximum)
    case .minimum: BlockLoops.reduce(x, count, scratch: scratch, minimum)
    }
  }
}
