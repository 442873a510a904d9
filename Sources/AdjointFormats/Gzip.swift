import AdjointCore
import CZlib

/// Gzip files (RFC 1952) inflated with a bound, so that a small file cannot ask for all memory.
package enum Gzip {
  /// Output up to this many bytes is allowed whatever the size of the input.
  static let freeByteCount = 64 << 20
  /// Beyond `freeByteCount`, the output may be this many times the input.
  static let maximumRatio = 256

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
    let ratioLimit = bytes.count.multipliedReportingOverflow(by: maximumRatio)
    let allowed = ratioLimit.overflow ? Int.max : max(freeByteCount, ratioLimit.partialValue)
    let limit = min(maximumByteCount, allowed)
    var output: [UInt8] = []
    switch inflate(bytes, into: &output, limit: limit) {
    case .complete: return output
    case .truncated: throw .corrupt("the gzip file is cut short; fetch it again", path)
    case .damaged: throw .corrupt("the gzip file is damaged; fetch it again", path)
    case .trailing:
      throw .corrupt("the gzip file has bytes after its end; fetch it again", path)
    case .tooLarge:
      throw Diagnostic(
        .memoryLimit,
        "the \(bytes.count) bytes of the gzip file inflate to more than \(limit);"
          + " inflate it yourself if it is what you mean",
        location: SourceLocation(file: path))
    }
  }

  private enum Outcome { case complete, truncated, damaged, trailing, tooLarge }

  private static func inflate(
    _ bytes: [UInt8], into output: inout [UInt8], limit: Int
  ) -> Outcome {
    var stream = z_stream()
    // 15 bits of window; 16 more ask for the gzip wrapper and its checksum.
    let structSize = Int32(MemoryLayout<z_stream>.size)
    guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, structSize) == Z_OK else { return .damaged }
    defer { inflateEnd(&stream) }
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    var consumed = 0
    while true {
      let step = step(&stream, bytes, consumed, &chunk)
      consumed += step.read
      guard output.count + step.written <= limit else { return .tooLarge }
      output.append(contentsOf: chunk[..<step.written])
      switch step.code {
      case Z_STREAM_END:
        if bytes[consumed...].allSatisfy({ $0 == 0 }) { return .complete }
        guard bytes.count - consumed >= 2, bytes[consumed] == 0x1f, bytes[consumed + 1] == 0x8b
        else { return .trailing }
        guard inflateReset(&stream) == Z_OK else { return .damaged }
      case Z_OK, Z_BUF_ERROR:
        if step.read == 0 && step.written == 0 { return .truncated }
      default:
        return .damaged
      }
    }
  }

  private static func step(
    _ stream: inout z_stream, _ bytes: [UInt8], _ start: Int, _ chunk: inout [UInt8]
  ) -> (code: Int32, read: Int, written: Int) {
    let offered = min(bytes.count - start, 1 << 30)
    return bytes.withUnsafeBytes { source in
      chunk.withUnsafeMutableBytes { target in
        // zlib's header does not say const, but it only reads the input.
        let input = UnsafeMutableRawBufferPointer(mutating: source)
        stream.next_in = input.baseAddress?.advanced(by: start)
          .assumingMemoryBound(to: UInt8.self)
        stream.avail_in = UInt32(offered)
        stream.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.avail_out = UInt32(target.count)
        let code = CZlib.inflate(&stream, Z_NO_FLUSH)
        return (code, offered - Int(stream.avail_in), target.count - Int(stream.avail_out))
      }
    }
  }
}
