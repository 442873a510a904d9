import Foundation
import TestSupport

/// Arguments that mathematical functions are tried at.
enum Arguments {
  /// Where code of ours or functions change: ends of ranges, and where polynomials meet.
  private static let thresholds: [Double] = [
    0.549, 0.5493, 0.6, 3.93, 9.02, 19.1, 88.722839, 89, 87.336544, 103.972084, 103.27893, 104,
    104.5, 105.358371, 106.051519, 710, 709.782712893384, 708.3964185322641, 744.4400719213812,
    745.1332191019412, 746, 746.519513, 753.451, 800, 1.6e6, 1e8,
    0x1p-24, 0x1p-25, 0x1p-26, 0x1p-27, 0x1p-52, 0x1p-53, 0x1p-54, 0.7071067811865476,
    1.4142135623730951, 1.5, 2.5, 8_388_608, 16_777_216, 2_147_483_648, 1e10, 1e22, 1e30,
  ]

  /// Numbers whose neighbourhoods are tried: zeros, powers of two, thresholds, and multiples of
  /// what arguments are reduced by, and their halves.
  private static let centres: [Double] = {
    var centres = [0, Double.infinity] + thresholds
    for exponent in -1074...1023 { centres.append(scalbn(1, exponent)) }
    for count in 1...600 { centres.append(Double(count) * .pi / 2) }
    for count in 1...2200 { centres.append(Double(count) * 0.34657359027997264) }
    for count in [1000, 4321, 254_000, 509_295, 31_830_988, 31_830_989] {
      centres.append(Double(count) * .pi)
    }
    return centres
  }()

  /// The neighbourhoods of the centres, of both signs; and NaN.
  static let special: [Float] = {
    var patterns: Set<UInt32> = [0x7FC0_0000, 0xFFC0_0000, 0x7F80_0001, 0xFFFF_FFFF]
    for centre in centres {
      let bits = Float(centre).bitPattern
      for distance in UInt32(0)...3 {
        patterns.formUnion([bits &+ distance, bits &- distance])
        patterns.formUnion([bits &+ distance, bits &- distance].map { $0 ^ 0x8000_0000 })
      }
    }
    return patterns.sorted().map { Float(bitPattern: $0) }
  }()

  /// The special arguments, every 4,099th number of all, and every 2,053rd of the denormal ones.
  static let dense: [Float] = {
    var arguments = special
    for pattern in stride(from: UInt64(0), to: 1 << 32, by: 4099) {
      arguments.append(Float(bitPattern: UInt32(pattern)))
    }
    for pattern in stride(from: UInt32(1), to: 0x80_0000, by: 2053) {
      arguments += [Float(bitPattern: pattern), -Float(bitPattern: pattern)]
    }
    return arguments
  }()

  static let specialDoubles: [Double] = {
    var patterns: Set<UInt64> = [
      0x7FF8_0000_0000_0000, 0xFFF8_0000_0000_0000, 0x7FF0_0000_0000_0001, .max,
    ]
    for centre in centres {
      for distance in UInt64(0)...3 {
        let near = [centre.bitPattern &+ distance, centre.bitPattern &- distance]
        patterns.formUnion(near)
        patterns.formUnion(near.map { $0 ^ (1 << 63) })
      }
    }
    return patterns.sorted().map { Double(bitPattern: $0) }
  }()

  /// The special arguments; numbers of random bits; and random numbers of several ranges.
  static let denseDoubles: [Double] = {
    var arguments = specialDoubles
    var generator = SeededGenerator(seed: 64)
    for _ in 0..<20_000 {
      arguments.append(Double(bitPattern: generator.next()))
      for range in [1.0, 3, 40, 750, 1e6] {
        arguments.append(.random(in: -range...range, using: &generator))
      }
      arguments.append(.random(in: 0.5...2, using: &generator))
    }
    return arguments
  }()
}
