import AdjointCore

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

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
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw Diagnostic(
        .inputOutput, "cannot read a path that is empty or has a zero byte; name a file")
    }
    switch FileDescriptor.open(path, flags: O_RDONLY) {
    case .failed(let number): throw Diagnostic.system("read", path, reason: number)
    case .open(let file): return try read(file, path, maximumByteCount)
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

  private static func read(
    _ file: borrowing FileDescriptor, _ path: String, _ limit: Int
  ) throws(Diagnostic) -> [UInt8] {
    var status = stat()
    if let number = file.status(&status) {
      throw Diagnostic.system("read", path, reason: number)
    }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw Diagnostic.system("read", path, reason: EISDIR)
    }
    let size = Int(status.st_size)
    guard size <= limit else { throw tooLarge(path, limit) }
    // One byte more than the size, so that the end is seen without growing; pipes have no size.
    var bytes = [UInt8](repeating: 0, count: max(size, 0) + 1)
    var count = 0
    while true {
      if count == bytes.count {
        guard count <= limit else { throw tooLarge(path, limit) }
        let more = min(max(count, 1 << 16), limit + 1 - count)
        bytes.append(contentsOf: repeatElement(0, count: more))
      }
      let got = file.read(into: &bytes, from: count)
      if got < 0 { throw Diagnostic.system("read", path, reason: Int32(-got)) }
      if got == 0 { break }
      count += got
    }
    guard count <= limit else { throw tooLarge(path, limit) }
    bytes.removeLast(bytes.count - count)
    return bytes
  }

  private static func tooLarge(_ path: String, _ limit: Int) -> Diagnostic {
    Diagnostic(
      .memoryLimit,
      "the file has more than \(limit) bytes, the most that are read here; use a smaller one",
      location: SourceLocation(file: path))
  }
}
