import AdjointCore

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The bytes of a file from its beginning to its end, read and inflated a part at a time.
///
/// A reader looks at what is `buffered`, takes from it, and asks for more; what it has not taken and one
/// part of at most `partByteCount` are all that is in memory.
package final class ByteSource {
  /// How a file gives its bytes.
  private enum Origin {
    /// All bytes are in memory.
    case memory
    case file(OpenFile)
    case inflating(GzipInflater)
  }

  /// The bytes of a part.
  package static let partByteCount = 1 << 20

  package let path: String
  /// The most bytes that elements from here may take in memory, nil where a plain file's own size is
  /// the bound.
  package let elementByteLimit: Int?
  private let origin: Origin
  private var bytes: [UInt8]
  private var start = 0
  /// A checksum of what is taken, where one is kept.
  var checksum: CRC32?

  /// Bytes in memory.
  package init(bytes: [UInt8], path: String) {
    self.path = path
    self.bytes = bytes
    origin = .memory
    elementByteLimit = nil
  }

  private init(_ origin: Origin, path: String, elementByteLimit: Int?, _ bytes: [UInt8]) {
    self.origin = origin
    self.path = path
    self.elementByteLimit = elementByteLimit
    self.bytes = bytes
  }

  /// A file as it is.
  ///
  /// - Throws: `Diagnostic` `.inputOutput` for a file that is missing, a folder or unreadable,
  ///   `.memoryLimit` for one with more bytes than `FileBytes.defaultMaximumByteCount`.
  package static func plain(_ path: String) throws(Diagnostic) -> ByteSource {
    ByteSource(
      .file(try OpenFile(path, maximumByteCount: FileBytes.defaultMaximumByteCount)), path: path,
      elementByteLimit: nil, [])
  }

  /// A file, inflated if it is a gzip file.
  ///
  /// - Throws: as `plain`.
  package static func inflated(_ path: String) throws(Diagnostic) -> ByteSource {
    let file = try OpenFile(path, maximumByteCount: FileBytes.defaultMaximumByteCount)
    let first = try file.next()
    guard Gzip.isGzip(first) else {
      return ByteSource(.file(file), path: path, elementByteLimit: nil, first)
    }
    let inflater = GzipInflater(file, first, path: path)
    return ByteSource(
      .inflating(inflater), path: path, elementByteLimit: inflater.elementByteLimit, [])
  }

  /// What has been read and not taken.
  package var buffered: ArraySlice<UInt8> { bytes[start...] }

  /// The bytes up to the end, where they are known before they are read.
  package var remainingByteCount: Int? {
    switch origin {
    case .memory: return bytes.count - start
    case .file(let file): return file.remainingByteCount.map { $0 + bytes.count - start }
    case .inflating: return nil
    }
  }

  /// Reads until so many bytes are buffered; false where the end comes before.
  package func buffer(atLeast count: Int) throws(Diagnostic) -> Bool {
    while bytes.count - start < count {
      let next: [UInt8]
      switch origin {
      case .memory: return false
      case .file(let file): next = try file.next()
      case .inflating(let inflater): next = try inflater.next()
      }
      if next.isEmpty { return false }
      if start == bytes.count {
        bytes = next
      } else {
        bytes.removeSubrange(..<start)
        bytes.append(contentsOf: next)
      }
      start = 0
    }
    return true
  }

  /// Takes bytes that are buffered.
  package func take(_ count: Int) -> ArraySlice<UInt8> {
    let taken = bytes[start..<start + count]
    start += count
    checksum?.add(taken)
    return taken
  }

  /// Whether nothing is left.
  package func isAtEnd() throws(Diagnostic) -> Bool { try !buffer(atLeast: 1) }

  /// Refuses elements of so many bytes that come from a small compressed file.
  package func checkElements(byteCount: Int) throws(Diagnostic) {
    guard let elementByteLimit, byteCount > elementByteLimit else { return }
    throw Diagnostic(
      .memoryLimit,
      "the compressed file holds more than \(elementByteLimit) bytes of numbers, the most that are"
        + " read from a compressed file of this size; inflate it yourself if it is what you mean",
      location: SourceLocation(file: path))
  }
}

/// A file that is read part by part, up to a limit.
final class OpenFile {
  private let file: FileDescriptor
  private let path: String
  private let limit: Int
  private var count = 0
  /// The size of a regular file; pipes and devices have none.
  let byteCount: Int?

  init(_ path: String, maximumByteCount: Int) throws(Diagnostic) {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw Diagnostic(
        .inputOutput, "cannot read a path that is empty or has a zero byte; name a file")
    }
    self.path = path
    limit = maximumByteCount
    switch FileDescriptor.open(path, flags: O_RDONLY) {
    case .failed(let number): throw Diagnostic.system("read", path, reason: number)
    case .open(let opened): file = opened
    }
    var status = stat()
    if let number = file.status(&status) {
      throw Diagnostic.system("read", path, reason: number)
    }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw Diagnostic.system("read", path, reason: EISDIR)
    }
    byteCount = status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
    guard byteCount ?? 0 <= limit else { throw tooLarge }
  }

  var remainingByteCount: Int? { byteCount.map { max($0 - count, 0) } }

  /// The next part, empty at the end.
  func next() throws(Diagnostic) -> [UInt8] {
    let wanted = min(ByteSource.partByteCount, max(remainingByteCount ?? .max, 1))
    var failure: Int32?
    let part = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
      let got = file.read(into: UnsafeMutableRawBufferPointer(buffer))
      if got < 0 { failure = Int32(-got) }
      count = max(got, 0)
    }
    if let failure { throw Diagnostic.system("read", path, reason: failure) }
    count += part.count
    guard count <= limit else { throw tooLarge }
    return part
  }

  private var tooLarge: Diagnostic {
    Diagnostic(
      .memoryLimit,
      "the file has more than \(limit) bytes, the most that are read here; use a smaller one",
      location: SourceLocation(file: path))
  }
}
