import Adjoint
import AdjointCore

/// A number of 64 bits that two different contents are unlikely to share: by it a checkpoint knows the
/// data and the graph it is of.
///
/// It guards against mistakes, not against malice. The mixing step is that of `xxHash64`
/// (<https://github.com/Cyan4973/xxHash>, BSD licence).
struct ContentDigest {
  private var state: UInt64 = 0x27d4_eb2f_1656_67c5

  /// The digest in hexadecimal digits.
  var text: String {
    // All bits come to depend on all others.
    var mixed = state
    mixed ^= mixed >> 33
    mixed &*= 0xc2b2_ae3d_27d4_eb4f
    mixed ^= mixed >> 29
    mixed &*= 0x1656_67b1_9e37_79f9
    mixed ^= mixed >> 32
    let digits = String(mixed, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  mutating func add(_ word: UInt64) {
    var lane = word &* 0xc2b2_ae3d_27d4_eb4f
    lane = lane << 31 | lane >> 33
    state ^= lane &* 0x9e37_79b1_85eb_ca87
    state = (state << 27 | state >> 37) &* 0x9e37_79b1_85eb_ca87 &+ 0x85eb_ca77_c2b2_ae63
  }

  /// Adds a text with its length, so that two texts are not their concatenation.
  mutating func add(_ text: String) {
    add(UInt64(text.utf8.count))
    for byte in text.utf8 { add(UInt64(byte)) }
  }

  /// Adds type and elements, bit for bit.
  mutating func add(_ tensor: Tensor) {
    add(tensor.type.description)
    switch tensor.storage {
    case .f32(let elements): for element in elements { add(UInt64(element.bitPattern)) }
    case .f64(let elements): for element in elements { add(element.bitPattern) }
    case .i32(let elements): for element in elements { add(UInt64(UInt32(bitPattern: element))) }
    case .i64(let elements): for element in elements { add(UInt64(bitPattern: element)) }
    case .u8(let elements): for element in elements { add(UInt64(element)) }
    case .bool(let elements): for element in elements { add(element ? 1 : 0) }
    }
  }
}
