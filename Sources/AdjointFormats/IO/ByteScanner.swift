import AdjointCore

/// Reads a short text, such as the header of a file, byte by byte, and knows where it is.
struct ByteScanner {
  let bytes: ArraySlice<UInt8>
  let path: String
  /// What the text is, for messages: "the header".
  let subject: String
  private(set) var position: Int

  init(_ bytes: ArraySlice<UInt8>, path: String, subject: String) {
    self.bytes = bytes
    self.path = path
    self.subject = subject
    position = bytes.startIndex
  }

  /// The next byte, or nil at the end.
  var next: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

  func failure(_ problem: String) -> Diagnostic {
    .corrupt("\(subject) is damaged: \(problem) at byte \(position); write the file again", path)
  }

  mutating func take() throws(Diagnostic) -> UInt8 {
    guard let byte = next else { throw failure("it ends too early") }
    position += 1
    return byte
  }

  mutating func skipSpace() {
    while let byte = next, byte == 0x20 || (byte >= 0x09 && byte <= 0x0d) { position += 1 }
  }

  /// Skips space, then takes the character if it is next.
  mutating func accept(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard let byte = next, UInt32(byte) == character.value else { return false }
    position += 1
    return true
  }

  mutating func expect(_ character: Unicode.Scalar) throws(Diagnostic) {
    guard accept(character) else { throw failure("'\(character)' is missing") }
  }

  /// Takes the word if it is next and nothing wordlike follows.
  mutating func accept(word: StaticString) -> Bool {
    skipSpace()
    let wanted = Array("\(word)".utf8)
    guard bytes[position...].starts(with: wanted) else { return false }
    position += wanted.count
    return true
  }

  /// A whole number of zero or more, without sign, in decimal.
  mutating func naturalNumber() throws(Diagnostic) -> Int {
    skipSpace()
    var value = 0
    let start = position
    while let byte = next, byte >= 0x30, byte <= 0x39 {
      let scaled = value.multipliedReportingOverflow(by: 10)
      let added = scaled.partialValue.addingReportingOverflow(Int(byte - 0x30))
      guard !scaled.overflow, !added.overflow else { throw failure("a number is too large") }
      value = added.partialValue
      position += 1
    }
    guard position > start else { throw failure("a whole number is missing") }
    return value
  }

  /// Refuses anything but space up to the end.
  mutating func expectEnd() throws(Diagnostic) {
    skipSpace()
    guard next == nil else { throw failure("there is more than one value") }
  }
}
