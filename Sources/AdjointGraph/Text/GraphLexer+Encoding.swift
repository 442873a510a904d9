import AdjointCore

extension GraphLexer {
  /// Refuses bytes that are not UTF-8 and control characters other than tab and line end.
  func checkEncoding() throws(Diagnostic) {
    var offset = 0
    while offset < bytes.count {
      let byte = bytes[offset]
      if byte < 0x80 {
        if byte < 0x20 || byte == 0x7f { try checkControl(byte, at: offset) }
        offset += 1
        continue
      }
      let length = sequenceLength(at: offset)
      guard length > 0 else {
        throw Diagnostic(
          .syntax, "the file is not UTF-8 text at byte \(offset); save it as UTF-8",
          location: location(at: offset))
      }
      offset += length
    }
  }

  private func checkControl(_ byte: UInt8, at offset: Int) throws(Diagnostic) {
    switch byte {
    case UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): return
    default:
      let what = byte == 0 ? "a NUL byte" : "the control character U+\(String(byte, radix: 16))"
      throw Diagnostic(
        .syntax, "the file has \(what) at byte \(offset); a graph file is plain text",
        location: location(at: offset))
    }
  }

  /// The length of the UTF-8 sequence at an offset, 0 if there is none (RFC 3629, section 4).
  private func sequenceLength(at offset: Int) -> Int {
    let lead = bytes[offset]
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xbf
    switch lead {
    case 0xc2...0xdf: length = 2
    case 0xe0...0xef:
      length = 3
      if lead == 0xe0 { second = 0xa0...0xbf }
      if lead == 0xed { second = 0x80...0x9f }
    case 0xf0...0xf4:
      length = 4
      if lead == 0xf0 { second = 0x90...0xbf }
      if lead == 0xf4 { second = 0x80...0x8f }
    default: return 0
    }
    guard offset + length <= bytes.count, second.contains(bytes[offset + 1]) else { return 0 }
    for index in (offset + 2)..<max(offset + length, offset + 2) {
      guard bytes[index] & 0xc0 == 0x80 else { return 0 }
    }
    return length
  }

  private func location(at offset: Int) -> SourceLocation {
    let before = bytes[..<offset]
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    return location(line: line, column: offset - start + 1)
  }
}
