import AdjointCore
import CZlib

/// Gzip files (RFC 1952) inflated with a bound, so that a small file cannot ask for all memory.
package enum Gzip {
  /// Output up to this many bytes is allowed whatever the size of the input.
  static let freeByteCount = 64 << 20
  /// Beyond `freeByteCount`, the output may be this many times the input.
  static let maximumRatio = 64
  /// Elements up to this many bytes are read from a compressed file whatever its size.
  static let freeElementByteCount = 256 << 20
  /// Beyond `freeElementByteCount`, the elements may be this many times as large as the file.
  static let maximumElementRatio = 16

  /// Whether the bytes begin as a gzip file does.
  package static func isGzip(_ bytes: [UInt8]) -> Bool {
    bytes.count >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b
  }

  /// The bytes that a gzip file stands for; several members are joined, as gzip does.
  ///
  /// - Throws: `Diagnostic` `.corruptFile` for a file that is cut short or damaged, `.memoryLimit`
  ///   for one that inflates to more than the limit or to more than data does.
  package static func inflate(
    _ bytes: [UInt8], path: String = "gzip data",
    maximumByteCount: Int = FileBytes.defaultMaximumByteCount
  ) throws(Diagnostic) -> [UInt8] {
    let inflater = GzipInflater(bytes, path: path, maximumByteCount: maximumByteCount)
    var output: [UInt8] = []
    while true {
      let part = try inflater.next()
      if part.isEmpty { return output }
      output.append(contentsOf: part)
    }
  }

  static func limit(_ byteCount: Int, free: Int, ratio: Int) -> Int {
    let (product, overflow) = byteCount.multipliedReportingOverflow(by: ratio)
    return overflow ? .max : max(free, product)
  }
}

/// Inflates a gzip file part by part.
final class GzipInflater {
  private let path: String
  private let file: OpenFile?
  private var input: [UInt8]
  private var consumed = 0
  /// The bytes of the compressed file; of a pipe, those seen so far.
  private var inputByteCount: Int
  private var outputByteCount = 0
  private let maximumByteCount: Int
  private let stream: InflateStream
  private var isFinished = false

  /// The file whose first part has been read.
  convenience init(_ file: OpenFile, _ first: [UInt8], path: String) {
    self.init(first, path: path, maximumByteCount: FileBytes.defaultMaximumByteCount, file)
  }

  init(_ bytes: [UInt8], path: String, maximumByteCount: Int, _ file: OpenFile? = nil) {
    self.path = path
    self.file = file
    input = bytes
    inputByteCount = file?.byteCount ?? bytes.count
    self.maximumByteCount = maximumByteCount
    stream = InflateStream()
  }

  /// The most bytes that elements of the file may take in memory.
  var elementByteLimit: Int {
    Gzip.limit(
      inputByteCount, free: Gzip.freeElementByteCount, ratio: Gzip.maximumElementRatio)
  }

  /// The next part of the output, empty at the end.
  ///
  /// - Throws: `Diagnostic` `.corruptFile`, `.memoryLimit`, and what reading the file throws.
  func next() throws(Diagnostic) -> [UInt8] {
    while !isFinished {
      if consumed == input.count { try refill() }
      let step = stream.step(input, from: consumed)
      consumed += step.read
      outputByteCount += step.output.count
      let limit = min(
        maximumByteCount,
        Gzip.limit(inputByteCount, free: Gzip.freeByteCount, ratio: Gzip.maximumRatio))
      guard outputByteCount <= limit else {
        throw Diagnostic(
          .memoryLimit,
          "the \(inputByteCount) bytes of the gzip file inflate to more than \(limit);"
            + " inflate it yourself if it is what you mean",
          location: SourceLocation(file: path))
      }
      switch step.code {
      case Z_STREAM_END: try beginNextMember()
      case Z_OK, Z_BUF_ERROR:
        if step.read == 0, step.output.isEmpty, consumed == input.count {
          throw .corrupt("the gzip file is cut short; fetch it again", path)
        }
      default: throw .corrupt("the gzip file is damaged; fetch it again", path)
      }
      if !step.output.isEmpty { return step.output }
    }
    return []
  }

  /// Reads more of the file where all of what was read is consumed.
  private func refill() throws(Diagnostic) {
    guard let file else { return }
    input = try file.next()
    consumed = 0
    if file.byteCount == nil { inputByteCount += input.count }
  }

  /// Goes on behind the end of a member: with another one, or with zeros up to the end.
  private func beginNextMember() throws(Diagnostic) {
    if consumed == input.count { try refill() }
    if consumed == input.count {
      isFinished = true
      return
    }
    if input[consumed] == 0 { return try skipZeros() }
    if consumed + 1 == input.count, let file {
      input = [input[consumed]] + (try file.next())
      consumed = 0
    }
    guard input.count - consumed >= 2, input[consumed] == 0x1f, input[consumed + 1] == 0x8b else {
      throw trailing
    }
    guard stream.reset() else { throw .corrupt("the gzip file is damaged; fetch it again", path) }
  }

  private func skipZeros() throws(Diagnostic) {
    while consumed < input.count {
      guard input[consumed...].allSatisfy({ $0 == 0 }) else { throw trailing }
      consumed = input.count
      try refill()
    }
    isFinished = true
  }

  private var trailing: Diagnostic {
    .corrupt("the gzip file has bytes after its end; fetch it again", path)
  }
}

/// The state of zlib between two calls, at an address that stays, as zlib asks for.
private final class InflateStream {
  private let stream: UnsafeMutablePointer<z_stream>
  private let isReady: Bool

  init() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 15 bits of window; 16 more ask for the gzip wrapper and its checksum.
    let structSize = Int32(MemoryLayout<z_stream>.size)
    isReady = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, structSize) == Z_OK
  }

  deinit {
    if isReady { inflateEnd(stream) }
    stream.deallocate()
  }

  func reset() -> Bool { inflateReset(stream) == Z_OK }

  /// What comes of the input from an index on, up to a part of output.
  func step(_ input: [UInt8], from start: Int) -> (code: Int32, read: Int, output: [UInt8]) {
    guard isReady else { return (Z_MEM_ERROR, 0, []) }
    let offered = min(input.count - start, 1 << 30)
    var code: Int32 = Z_OK
    let output = [UInt8](unsafeUninitializedCapacity: 1 << 18) { target, count in
      input.withUnsafeBytes { source in
        // zlib's header does not say const, but it only reads the input.
        let input = UnsafeMutableRawBufferPointer(mutating: source)
        stream.pointee.next_in = input.baseAddress?.advanced(by: start)
          .assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_in = UInt32(offered)
        stream.pointee.next_out = target.baseAddress
        stream.pointee.avail_out = UInt32(target.count)
        code = CZlib.inflate(stream, Z_NO_FLUSH)
        count = target.count - Int(stream.pointee.avail_out)
      }
    }
    return (code, offered - Int(stream.pointee.avail_in), output)
  }
}
