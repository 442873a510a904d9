/// A hash of bytes that is the same in every process: two FNV-1a hashes of 64 bits with different
/// beginnings.
struct StableHash {
  private var low: UInt64 = 0xCBF2_9CE4_8422_2325
  private var high: UInt64 = 0x6C62_272E_07BB_0142

  mutating func add(_ text: String) {
    for byte in text.utf8 {
      low = (low ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
      high = (high ^ UInt64(byte ^ 0x5A)) &* 0x0000_0100_0000_01B3
    }
    // Texts that follow each other do not run together.
    low = (low ^ 0xFF) &* 0x0000_0100_0000_01B3
  }

  /// 32 hexadecimal digits.
  var digits: String {
    [high, low].map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }
}
