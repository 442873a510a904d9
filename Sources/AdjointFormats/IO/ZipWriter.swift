import AdjointCore

/// Writes a zip archive of uncompressed members: the header of each before its bytes, the directory
/// behind the last.
struct ZipWriter {
  /// The most that numbers of 16 and 32 bits count; the greatest of each means that it is elsewhere.
  private static let memberLimit = 0xfffe
  private static let byteLimit = 0xffff_fffe

  private var entries: [UInt8] = []
  private var count = 0
  private var offset = 0

  /// The header that stands before a member.
  ///
  /// - Throws: `Diagnostic` `.invalidArgument` for more than an archive holds.
  mutating func header(
    of name: String, _ contents: [UInt8]
  ) throws(Diagnostic) -> [UInt8] {
    let name = Array(name.utf8)
    guard name.count <= 0xffff else {
      throw Diagnostic(
        .invalidArgument,
        "a name of \(name.count) bytes is too long for an archive; use at most \(0xffff)")
    }
    guard count < Self.memberLimit,
      offset + 30 + name.count + contents.count <= Self.byteLimit
    else {
      throw Diagnostic(
        .invalidArgument,
        "an archive holds fewer than 65,535 arrays and less than 4 GiB; divide it, or write safetensors"
      )
    }
    var checksum = CRC32()
    checksum.add(contents[...])
    // Version 2.0; names in UTF-8; stored; midnight of 1 January 1980, the first that there is.
    var common: [UInt8] = [20, 0, 0, 8, 0, 0, 0, 0, 0x21, 0]
    common.appendLittleEndian([checksum.value])
    common.appendLittleEndian([UInt32(contents.count), UInt32(contents.count)])
    common.appendLittleEndian([UInt16(name.count), 0])
    entries += [0x50, 0x4b, 1, 2, 20, 0] + common
    // No comment, the first disk, no attributes.
    entries += [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    entries.appendLittleEndian([UInt32(offset)])
    entries += name
    count += 1
    offset += 30 + name.count + contents.count
    return [0x50, 0x4b, 3, 4] + common + name
  }

  /// The directory of the members so far, and the record at the end.
  ///
  /// - Throws: `Diagnostic` `.invalidArgument` for more than an archive holds.
  func directory() throws(Diagnostic) -> [UInt8] {
    guard entries.count <= Self.byteLimit - offset else {
      throw Diagnostic(
        .invalidArgument,
        "the names of the arrays fill the archive; divide it, or write safetensors")
    }
    var bytes = entries + [0x50, 0x4b, 5, 6, 0, 0, 0, 0]
    bytes.appendLittleEndian([UInt16(count), UInt16(count)])
    bytes.appendLittleEndian([UInt32(entries.count), UInt32(offset)])
    bytes += [0, 0]
    return bytes
  }
}
