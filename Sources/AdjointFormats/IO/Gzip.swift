import AdjointCore

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
      switch step.outcome {
      case .end: try beginNextMember()
      case .more:
        if step.read == 0, step.output.isEmpty, consumed == input.count {
          throw .corrupt("the gzip file is cut short; fetch it again", path)
        }
      case .damaged: throw .corrupt("the gzip file is damaged; fetch it again", path)
      case .unavailable:
        throw Diagnostic(
          .inputOutput,
          "the file is compressed by gzip, and Adjoint was built without zlib; inflate it first, or depend "
            + "on the package with its trait Zlib",
          location: SourceLocation(file: path))
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
