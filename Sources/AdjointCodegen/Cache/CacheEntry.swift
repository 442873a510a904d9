/// The bytes of a file of the cache: what it is an object of, the object, and a checksum of both.
///
/// All numbers are little-endian. The file must be as long as its lengths say, to the byte.
enum CacheEntry {
  /// Changes with the format of the file.
  private static let mark = Array("adjoint object 1".utf8)
  /// The mark, the lengths of key and object, the checksum.
  private static let headerByteCount = 16 + 3 * 8

  static func bytes(of object: [UInt8], for key: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(headerByteCount + key.count + object.count)
    bytes += mark
    for number in [UInt64(key.count), UInt64(object.count), checksum(key, object)] {
      bytes += (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
    bytes += key
    bytes += object
    return bytes
  }

  /// The object, or nil where the file is damaged or holds an object of another key.
  static func object(in bytes: [UInt8], for key: [UInt8]) -> [UInt8]? {
    guard bytes.count >= headerByteCount, bytes.starts(with: mark) else { return nil }
    let (first, second, sum) = (number(in: bytes, 16), number(in: bytes, 24), number(in: bytes, 32))
    let keyEnd = headerByteCount + key.count
    guard first == UInt64(key.count), bytes.count >= keyEnd,
      second == UInt64(bytes.count - keyEnd), Array(bytes[headerByteCount..<keyEnd]) == key,
      sum == checksum(key, bytes[keyEnd...])
    else { return nil }
    return Array(bytes[keyEnd...])
  }

  private static func number(in bytes: [UInt8], _ start: Int) -> UInt64 {
    (0..<8).reduce(0) { $0 | UInt64(bytes[start + $1]) << (8 * $1) }
  }

  private static func checksum(
    _ key: [UInt8], _ object: some Collection<UInt8>
  ) -> UInt64 {
    var hash = StableHash()
    hash.add(key)
    hash.add(object)
    return hash.word
  }
}
