import CZlib

/// The cyclic redundancy check of gzip and PNG (ISO 3309).
///
/// It finds every flipped bit, every burst of up to 32 bits, and all but one in 2³² of other changes. It
/// guards against damage, not against malice.
struct CRC32: Hashable {
  private(set) var value: UInt32 = 0

  mutating func add(_ bytes: ArraySlice<UInt8>) { bytes.withUnsafeBytes { add($0) } }

  mutating func add(elements: [some BitwiseCopyable]) { elements.withUnsafeBytes { add($0) } }

  private mutating func add(_ bytes: UnsafeRawBufferPointer) {
    var rest = bytes[...]
    // zlib counts in 32 bits.
    while !rest.isEmpty {
      let part = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
      value = UInt32(
        truncatingIfNeeded: crc32(
          UInt(value), part.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(part.count)))
      rest = rest.dropFirst(part.count)
    }
  }

  /// Eight hexadecimal digits.
  var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}
