/// Reads the text of kernels and plans piece by piece, and knows the place of each.
///
/// What is printed has one thing to a line, so ends of lines count, and blanks between other pieces do not.
package struct TextScanner {
  private let bytes: [UInt8]
  private let file: String
  private var position = 0
  private var line = 1
  private var lineStart = 0

  package init(_ text: String, file: String) {
    bytes = Array(text.utf8)
    self.file = file
  }

  /// The place of what comes next.
  package var location: SourceLocation {
    SourceLocation(file: file, line: line, column: next - lineStart + 1)
  }

  /// Whether nothing but empty lines is left.
  package var isAtEnd: Bool { bytes[position...].allSatisfy { Self.isBlank($0) || $0 == 0x0a } }

  /// Whether the rest of the line is blank.
  package var isAtLineEnd: Bool { next == bytes.count || bytes[next] == 0x0a }

  /// How many blanks the line begins with; asked at its beginning.
  package var indentation: Int { next - position }

  /// A mistake at what comes next.
  package func mistake(_ message: String) -> Diagnostic {
    Diagnostic(.syntax, message, location: location)
  }

  /// A mistake that says what should come next and what does.
  package func expected(_ what: String) -> Diagnostic {
    let end = bytes[next...].firstIndex(of: 0x0a) ?? bytes.count
    let rest = String(decoding: bytes[next..<end], as: UTF8.self)
    return mistake(
      "expected \(what), found " + (rest.isEmpty ? "the end of the line" : "'\(rest.excerpt)'"))
  }

  /// Takes a piece of text if it comes next.
  package mutating func accepts(_ piece: String) -> Bool {
    let start = next
    guard bytes[start...].starts(with: piece.utf8) else { return false }
    position = start + piece.utf8.count
    return true
  }

  package mutating func expect(_ piece: String) throws(Diagnostic) {
    guard accepts(piece) else { throw expected("'\(piece)'") }
  }

  /// Goes to the next line that is not empty.
  package mutating func endLine() throws(Diagnostic) {
    guard isAtLineEnd else { throw expected("the end of the line") }
    while isAtLineEnd, next < bytes.count {
      position = next + 1
      line += 1
      lineStart = position
    }
  }

  /// Whether a word comes next, which is not taken.
  package func comes(_ word: String) -> Bool {
    var copy = self
    return copy.accepts(word)
  }

  /// A name: letters, digits, `_`, `.`, and strokes at its end.
  package mutating func name(_ what: String) throws(Diagnostic) -> String {
    let start = next
    var end = start
    while end < bytes.count, Self.isName(bytes[end]) { end += 1 }
    while end > start, end < bytes.count, bytes[end] == UInt8(ascii: "'") { end += 1 }
    guard end > start else { throw expected(what) }
    position = end
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  package mutating func integer(_ what: String) throws(Diagnostic) -> Int {
    let start = next
    var end = start
    if end < bytes.count, bytes[end] == UInt8(ascii: "-") { end += 1 }
    while end < bytes.count, Self.isDigit(bytes[end]) { end += 1 }
    guard let number = Int(String(decoding: bytes[start..<end], as: UTF8.self)) else {
      throw expected(what)
    }
    position = end
    return number
  }

  /// The text of a number, as the standard library spells it.
  package mutating func number() throws(Diagnostic) -> String {
    let start = next
    var end = start
    while end < bytes.count,
      Self.isName(bytes[end]) || bytes[end] == UInt8(ascii: "-")
        || bytes[end] == UInt8(ascii: "+") && end > start && bytes[end - 1] == UInt8(ascii: "e")
    {
      end += 1
    }
    guard end > start else { throw expected("a number") }
    position = end
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  /// What stands in the line before a sign, which is taken too, without blanks at its end.
  package mutating func text(before sign: Character, _ what: String) throws(Diagnostic) -> String {
    let start = next
    let lineEnd = bytes[start...].firstIndex(of: 0x0a) ?? bytes.count
    guard let ascii = sign.asciiValue, let end = bytes[start..<lineEnd].firstIndex(of: ascii),
      end > start
    else { throw expected(what) }
    position = end + 1
    var text = bytes[start..<end]
    while let last = text.last, Self.isBlank(last) { text.removeLast() }
    return String(decoding: text, as: UTF8.self)
  }

  /// Everything up to the end of the line.
  package mutating func restOfLine() -> String {
    let start = next
    position = bytes[start...].firstIndex(of: 0x0a) ?? bytes.count
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  /// `[4, 3]`: numbers in brackets.
  package mutating func list(_ what: String) throws(Diagnostic) -> [Int] {
    try expect("[")
    if accepts("]") { return [] }
    var numbers: [Int] = []
    repeat { numbers.append(try integer(what)) } while accepts(",")
    try expect("]")
    return numbers
  }

  /// `f32`.
  package mutating func scalarType() throws(Diagnostic) -> ScalarType {
    let before = self
    let name = try name("a scalar type")
    guard let type = ScalarType(rawValue: name) else { throw before.expected("a scalar type") }
    return type
  }

  /// Where the next thing that is no blank stands.
  private var next: Int {
    var place = position
    while place < bytes.count, Self.isBlank(bytes[place]) { place += 1 }
    return place
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "_"), UInt8(ascii: "."):
      true
    default: isDigit(byte)
    }
  }
}
