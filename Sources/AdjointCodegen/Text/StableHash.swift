/// A hash of bytes that is the same in every process: two of 64 bits that mix in different ways.
///
/// It tells texts and files apart that nobody made alike on purpose.
struct StableHash {
  private var low: UInt64 = 0xCBF2_9CE4_8422_2325
  private var high: UInt64 = 0x6C62_272E_07BB_0142

  mutating func add(_ text: String) {
    var text = text
    text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
  }

  mutating func add(_ bytes: some Collection<UInt8>) {
    if bytes.withContiguousStorageIfAvailable({ add(UnsafeRawBufferPointer($0)) }) == nil {
      Array(bytes).withUnsafeBytes { add($0) }
    }
  }

  private mutating func add(_ bytes: UnsafeRawBufferPointer) {
    var start = 0
    while start + 8 <= bytes.count {
      add(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self)))
      start += 8
    }
    var last: UInt64 = 0
    for byte in bytes[start...] { last = last << 8 | UInt64(byte) }
    add(last)
    // Texts that follow each other do not run together.
    add(UInt64(bytes.count))
  }

  private mutating func add(_ word: UInt64) {
    low = (low ^ word) &* 0x9E37_79B9_7F4A_7C15
    low ^= low >> 29
    high = (high &+ word) &* 0xC2B2_AE3D_27D4_EB4F
    high = high << 31 | high >> 33
  }

  /// 64 bits of it.
  var word: UInt64 { high ^ (low << 32 | low >> 32) }

  /// 32 hexadecimal digits.
  var digits: String {
    [high, low].map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }
}
