import AdjointCore

/// The checksum that a file carries in its metadata.
struct SafetensorsChecksum {
  private static let kindName = "adjoint.checksum"
  private static let kind = "crc32"
  private static let valueName = "adjoint.crc32"

  /// The names of the metadata that belong to it.
  static let names: Set<String> = [kindName, valueName]
  /// The metadata of a checksum that is still to be worked out.
  static let placeholder = [kindName: kind, valueName: "00000000"]

  /// What the header adds to the checksum of the file, with zeros in the place of the value.
  let ofHeader: CRC32
  private let wanted: String

  /// The checksum of the file with a header, nil where it has none.
  ///
  /// - Throws: `.corruptFile` where one of its two names is missing, or it is of another kind.
  init?(of header: SafetensorsHeader, path: String) throws(Diagnostic) {
    let (kind, value) = (header.metadata[Self.kindName], header.metadata[Self.valueName])
    if kind == nil, value == nil { return nil }
    guard kind == Self.kind, let value, let place = header.metadataPlaces[Self.valueName],
      place.count == 8, value.utf8.count == 8
    else {
      throw .corrupt(
        "the checksum in the file's metadata is damaged or of another kind; use another copy", path)
    }
    var bytes = header.bytes
    bytes.replaceSubrange(place, with: repeatElement(UInt8(ascii: "0"), count: 8))
    var checksum = CRC32()
    checksum.add(bytes[...])
    ofHeader = checksum
    wanted = value
  }

  /// Refuses a file with another checksum.
  func check(_ found: CRC32, path: String) throws(Diagnostic) {
    guard found.text == wanted else {
      throw .corrupt(
        "the file is damaged: its checksum is \(found.text), and it was written with \(wanted);"
          + " use another copy", path)
    }
  }

  /// Puts a value in the place of the zeros of a header that was made with the placeholder.
  static func enter(_ checksum: CRC32, in header: inout [UInt8]) {
    let text = Array("\"\(valueName)\":\"00000000\"".utf8)
    let start = header.indices.first { header[$0...].starts(with: text) }
    guard let start else { return }
    let end = start + text.count - 1
    header.replaceSubrange(end - 8..<end, with: checksum.text.utf8)
  }
}
