import AdjointCore

/// Whole files read into memory, up to a limit.
package enum FileBytes {
  /// The limit where a caller names none: 4 GiB.
  package static let defaultMaximumByteCount = 1 << 32

  /// The bytes of a file.
  ///
  /// - Throws: `Diagnostic` `.inputOutput` for a file that is missing, a folder or unreadable,
  ///   `.memoryLimit` for one with more bytes than the limit.
  package static func read(
    _ path: String, maximumByteCount: Int = defaultMaximumByteCount
  ) throws(Diagnostic) -> [UInt8] {
    let file = try OpenFile(path, maximumByteCount: maximumByteCount)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(file.byteCount ?? 0)
    while true {
      let part = try file.next()
      if part.isEmpty { return bytes }
      bytes.append(contentsOf: part)
    }
  }

  /// The bytes of a file, inflated if it is a gzip file; the limit holds before and after.
  ///
  /// - Throws: what `read` and `Gzip.inflate` throw.
  package static func readInflated(
    _ path: String, maximumByteCount: Int = defaultMaximumByteCount
  ) throws(Diagnostic) -> [UInt8] {
    let bytes = try read(path, maximumByteCount: maximumByteCount)
    guard Gzip.isGzip(bytes) else { return bytes }
    return try Gzip.inflate(bytes, path: path, maximumByteCount: maximumByteCount)
  }
}
