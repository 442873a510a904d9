import Foundation

extension Double: BlockFloat {
  @inline(__always)
  init(lowBits: UInt64) { self.init(bitPattern: lowBits) }
  @inline(__always)
  var asFloat: Float { Float(self) }
  @inline(__always)
  var asDouble: Double { self }

  @inline(__always)
  static func exponential(_ x: Double) -> Double { Foundation.exp(x) }
  @inline(__always)
  static func exponentialMinusOne(_ x: Double) -> Double { Foundation.expm1(x) }
  @inline(__always)
  static func logarithm(_ x: Double) -> Double { Foundation.log(x) }
  @inline(__always)
  static func logarithmOfOnePlus(_ x: Double) -> Double { Foundation.log1p(x) }
  @inline(__always)
  static func logarithmOfSum(_ u: Double) -> Double { Foundation.log1p(u) }
  @inline(__always)
  static func sine(_ x: Double) -> Double { Foundation.sin(x) }
  @inline(__always)
  static func cosine(_ x: Double) -> Double { Foundation.cos(x) }
  @inline(__always)
  static func tangent(_ x: Double) -> Double { Foundation.tan(x) }
  @inline(__always)
  static func hyperbolicTangent(_ x: Double) -> Double { Foundation.tanh(x) }
  @inline(__always)
  static func errorFunction(_ x: Double) -> Double { Foundation.erf(x) }
  @inline(__always)
  static func power(_ x: Double, _ y: Double) -> Double { Foundation.pow(x, y) }

  /// From 2⁵² on every number is whole; adding and subtracting it rounds to the nearest, halves to
  /// even, with instructions that every processor has.
  @inline(__always)
  static func roundedToEven(_ x: Double) -> Double {
    let magnitude = x.magnitude
    let rounded = (magnitude + 0x1p52) - 0x1p52
    let signed = Double(
      bitPattern: rounded.bitPattern | (x.bitPattern & 0x8000_0000_0000_0000))
    return magnitude < 0x1p52 ? signed : x
  }
  @inline(__always)
  static func roundedDown(_ x: Double) -> Double {
    let nearest = roundedToEven(x)
    return nearest > x ? nearest - 1 : nearest
  }
  @inline(__always)
  static func roundedUp(_ x: Double) -> Double {
    let nearest = roundedToEven(x)
    let up = nearest < x ? nearest + 1 : nearest
    return Double(bitPattern: up.bitPattern | (x.bitPattern & 0x8000_0000_0000_0000))
  }
}
