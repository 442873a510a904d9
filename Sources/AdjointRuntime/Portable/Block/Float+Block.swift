import Foundation

extension Float: BlockFloat {
  @inline(__always)
  init(lowBits: UInt64) { self.init(bitPattern: UInt32(truncatingIfNeeded: lowBits)) }
  @inline(__always)
  var asFloat: Float { self }
  @inline(__always)
  var asDouble: Double { Double(self) }

  @inline(__always)
  static func exponentialMinusOne(_ x: Float) -> Float { Foundation.expm1f(x) }
  @inline(__always)
  static func logarithmOfOnePlus(_ x: Float) -> Float { Foundation.log1pf(x) }
  @inline(__always)
  static func sine(_ x: Float) -> Float { Foundation.sinf(x) }
  @inline(__always)
  static func cosine(_ x: Float) -> Float { Foundation.cosf(x) }
  @inline(__always)
  static func tangent(_ x: Float) -> Float { Foundation.tanf(x) }
  @inline(__always)
  static func errorFunction(_ x: Float) -> Float { Foundation.erff(x) }
  @inline(__always)
  static func power(_ x: Float, _ y: Float) -> Float { Foundation.powf(x, y) }

  /// eˣ with an error of at most 2 units in the last place, in operations that vectorise.
  ///
  /// x = n·ln 2 + r with |r| ≤ ln 2 / 2; ln 2 is taken in two parts so that r is exact enough; eʳ is
  /// a polynomial (coefficients of the Cephes library's `expf`); 2ⁿ is applied in two halves, each in
  /// range, so that overflow and denormal results round as they should.
  @inline(__always)
  static func exponential(_ x: Float) -> Float {
    // Beyond these the result is infinite, or both halves of 2ⁿ have the exponent field 0 and are 0:
    // a product that rounds to 0 would cost more by far. A NaN passes both.
    let upper: Float = x > 89 ? 89 : x
    let y: Float = upper < -176.0593 ? -176.0593 : upper
    // Adding 1.5·2²³ leaves the nearest whole number in the low bits.
    let shifted: Float = y * 1.44269504088896341 + 12582912
    let whole: Float = shifted - 12582912
    let r: Float = (y - whole * 0.693359375) - whole * -2.12194440e-4
    var p: Float = 1.9875691500e-4
    p = p * r + 1.3981999507e-3
    p = p * r + 8.3334519073e-3
    p = p * r + 4.1665795894e-2
    p = p * r + 1.6666665459e-1
    p = p * r + 5.0000001201e-1
    p = p * (r * r) + r + 1
    let exponent = Int32(bitPattern: shifted.bitPattern) &- 0x4B40_0000
    let half = exponent &>> 1
    return p * powerOfTwo(half) * powerOfTwo(exponent &- half)
  }

  @inline(__always)
  private static func powerOfTwo(_ exponent: Int32) -> Float {
    Float(bitPattern: UInt32(bitPattern: (exponent &+ 127) &<< 23))
  }

  /// ln x with an error of at most 2 units in the last place, in operations that vectorise.
  ///
  /// x = m·2ᵉ with √½ ≤ m < √2; ln m is a polynomial in m − 1 (coefficients of the Cephes library's
  /// `logf`); ln 2 is taken in two parts.
  @inline(__always)
  static func logarithm(_ x: Float) -> Float {
    let isSmall = x < Float.leastNormalMagnitude
    let scaled: Float = isSmall ? x * 0x1p23 : x
    let bits = scaled.bitPattern
    // Counting from √½ puts the whole number of halvings in the exponent field.
    let shifted = Int32(bitPattern: bits &- 0x3F35_04F3)
    let whole = shifted &>> 23
    let m = Float(bitPattern: bits &- UInt32(bitPattern: whole &<< 23))
    let e: Float = Float(whole) - (isSmall ? 23 : 0)
    let f: Float = m - 1
    let z = f * f
    var p: Float = 7.0376836292e-2
    p = p * f - 1.1514610310e-1
    p = p * f + 1.1676998740e-1
    p = p * f - 1.2420140846e-1
    p = p * f + 1.4249322787e-1
    p = p * f - 1.6668057665e-1
    p = p * f + 2.0000714765e-1
    p = p * f - 2.4999993993e-1
    p = p * f + 3.3333331174e-1
    let low = (p * f * z - e * 2.12194440e-4) - 0.5 * z
    let value = (f + low) + e * 0.693359375
    let positive: Float = x < .infinity ? value : x
    let defined: Float = x > 0 ? positive : .nan
    return x == 0 ? -.infinity : defined
  }

  /// ln(1 + u) for 0 ≤ u ≤ 1: the logarithm of the rounded sum, and what the rounding lost.
  @inline(__always)
  static func logarithmOfSum(_ u: Float) -> Float {
    let sum = 1 + u
    return logarithm(sum) + (u - (sum - 1)) / sum
  }

  /// tanh x with an error of at most 2 units in the last place, in operations that vectorise:
  /// an odd polynomial near 0 (coefficients of the Cephes library's `tanhf`), 1 − 2/(e²ˣ + 1) beyond.
  @inline(__always)
  static func hyperbolicTangent(_ x: Float) -> Float {
    let z = x.magnitude
    let square = z * z
    var p: Float = -5.70498872745e-3
    p = p * square + 2.06390887954e-2
    p = p * square - 5.37397155531e-2
    p = p * square + 1.33314422036e-1
    p = p * square - 3.33332819422e-1
    let near = p * square * z + z
    let far = 1 - 2 / (exponential(z + z) + 1)
    let magnitude = z >= 0.625 ? far : near
    return Float(bitPattern: magnitude.bitPattern | (x.bitPattern & 0x8000_0000))
  }

  /// From 2²³ on every number is whole; adding and subtracting it rounds to the nearest, halves to
  /// even, with instructions that every processor has.
  @inline(__always)
  static func roundedToEven(_ x: Float) -> Float {
    let magnitude = x.magnitude
    let rounded = (magnitude + 0x1p23) - 0x1p23
    let signed = Float(bitPattern: rounded.bitPattern | (x.bitPattern & 0x8000_0000))
    return magnitude < 0x1p23 ? signed : x
  }
  @inline(__always)
  static func roundedDown(_ x: Float) -> Float {
    let nearest = roundedToEven(x)
    return nearest > x ? nearest - 1 : nearest
  }
  @inline(__always)
  static func roundedUp(_ x: Float) -> Float {
    let nearest = roundedToEven(x)
    let up = nearest < x ? nearest + 1 : nearest
    return Float(bitPattern: up.bitPattern | (x.bitPattern & 0x8000_0000))
  }
}
