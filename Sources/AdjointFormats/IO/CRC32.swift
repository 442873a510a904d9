#if Zlib || SystemLibraries
  import CZlib
#endif

/// The cyclic redundancy check of gzip and PNG (ISO 3309).
///
/// It finds every flipped bit, every burst of up to 32 bits, and all but one in 2³² of other changes. It
/// guards against damage, not against malice.
package struct CRC32: Hashable {
  package private(set) var value: UInt32 = 0

  package init() {}

  package mutating func add(_ bytes: ArraySlice<UInt8>) { bytes.withUnsafeBytes { add($0) } }

  mutating func add(elements: [some BitwiseCopyable]) { elements.withUnsafeBytes { add($0) } }

  private mutating func add(_ bytes: UnsafeRawBufferPointer) {
    #if Zlib || SystemLibraries
      var rest = bytes[...]
      // zlib counts in 32 bits.
      while !rest.isEmpty {
        let part = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
        value = UInt32(
          truncatingIfNeeded: crc32(
            UInt(value), part.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt32(part.count)))
        rest = rest.dropFirst(part.count)
      }
    #else
      addByTable(bytes)
    #endif
  }

  /// Adds bytes one by one, by a table of the remainders of each.
  package mutating func addByTable(_ bytes: some Sequence<UInt8>) {
    var rest = ~value
    for byte in bytes {
      rest = Self.remainders[Int(UInt8(truncatingIfNeeded: rest) ^ byte)] ^ (rest >> 8)
    }
    value = ~rest
  }

  /// The remainder of each byte by the polynomial of ISO 3309, bits in the order of transmission.
  private static let remainders: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { rest, _ in
      rest & 1 == 1 ? 0xedb8_8320 ^ (rest >> 1) : rest >> 1
    }
  }

  /// Eight hexadecimal digits.
  package var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}
