import AdjointCore

/// Divides the bytes of a graph file into tokens, one at a time and without look-ahead.
package struct GraphLexer {
  package let bytes: [UInt8]
  package let file: String
  private(set) var position = 0
  private(set) var line = 1
  /// Where the current line begins.
  private(set) var lineStart = 0

  /// A lexer at the beginning of a file.
  ///
  /// - Throws: `.memoryLimit` for a file that is too long, `.syntax` for one that is not UTF-8 or has
  ///   control characters.
  package init(_ bytes: [UInt8], file: String) throws(Diagnostic) {
    self.bytes = bytes
    self.file = file
    guard bytes.count <= GraphLimits.fileBytes else {
      throw Diagnostic(
        .memoryLimit,
        "the file has \(bytes.count) bytes, a graph file at most \(GraphLimits.fileBytes)",
        location: SourceLocation(file: file))
    }
    try checkEncoding()
    // A byte order mark is no part of the text.
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) {
      position = 3
      lineStart = 3
    }
  }

  /// A place in the file.
  package func location(line: Int, column: Int) -> SourceLocation {
    SourceLocation(file: file, line: line, column: column)
  }

  /// The bytes of a token as text.
  package func text(of token: GraphToken) -> String {
    String(decoding: bytes[token.range], as: UTF8.self)
  }

  /// The next token.
  package mutating func next() throws(Diagnostic) -> GraphToken {
    skipBlanks()
    let start = position
    guard start < bytes.count else { return token(.fileEnd, start) }
    let byte = bytes[start]
    switch byte {
    case UInt8(ascii: "\n"):
      position += 1
      let ending = token(.lineEnd, start)
      line += 1
      lineStart = position
      return ending
    case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "{"), UInt8(ascii: "}"),
      UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: ","), UInt8(ascii: ":"),
      UInt8(ascii: "="), UInt8(ascii: "@"):
      position += 1
      return token(.sign(byte), start)
    case UInt8(ascii: "%"):
      return try value()
    case UInt8(ascii: "\""):
      return try quotedText()
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      return try number()
    case _ where Identifier.isHead(byte):
      skipName()
      return try checked(token(.word, start), GraphLimits.nameBytes, "a name")
    default:
      let shown = byte < 0x80 ? "'\(Character(Unicode.Scalar(byte)))'" : "that is not ASCII"
      throw mistake(
        "a character \(shown) cannot stand here; outside of texts and comments a graph file has "
          + "names, numbers and ( ) { } [ ] , : = @ % only", at: start)
    }
  }

  /// A lexer at the beginning of the current line.
  package func atLineStart() -> GraphLexer {
    var copy = self
    copy.position = lineStart
    return copy
  }

  /// A mistake at a byte of the current line.
  package func mistake(_ message: String, at offset: Int) -> Diagnostic {
    Diagnostic(.syntax, message, location: location(line: line, column: offset - lineStart + 1))
  }

  private mutating func skipBlanks() {
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
        position += 1
      case UInt8(ascii: "/")
      where position + 1 < bytes.count && bytes[position + 1] == bytes[position]:
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
      default: return
      }
    }
  }

  private func token(_ kind: GraphToken.Kind, _ start: Int) -> GraphToken {
    GraphToken(kind: kind, range: start..<position, line: line, column: start - lineStart + 1)
  }

  private func checked(
    _ token: GraphToken, _ limit: Int, _ what: String
  ) throws(Diagnostic) -> GraphToken {
    guard token.range.count <= limit else {
      throw Diagnostic(
        .syntax, "\(what) has at most \(limit) bytes, this one has \(token.range.count)",
        location: location(line: token.line, column: token.column))
    }
    return token
  }

  private mutating func skipName() {
    while position < bytes.count, Identifier.isBody(bytes[position]) { position += 1 }
  }

  private mutating func skipDigits() -> Int {
    let start = position
    while position < bytes.count, bytes[position] >= UInt8(ascii: "0"),
      bytes[position] <= UInt8(ascii: "9")
    {
      position += 1
    }
    return position - start
  }

  private mutating func value() throws(Diagnostic) -> GraphToken {
    let start = position
    position += 1
    skipName()
    guard position > start + 1 else {
      throw mistake("after % comes the name or the number of a value, as in %x", at: start)
    }
    var name = token(.value, start)
    name.range = (start + 1)..<position
    _ = try checked(name, GraphLimits.nameBytes, "a name")
    if position < bytes.count, bytes[position] == UInt8(ascii: "#") {
      position += 1
      guard skipDigits() > 0 else {
        throw mistake("after # comes the number of a result, as in %x#1", at: start)
      }
    }
    var result = token(.value, start)
    result.range = (start + 1)..<position
    return try checked(result, GraphLimits.nameBytes + GraphLimits.numberBytes, "a name")
  }

  private mutating func number() throws(Diagnostic) -> GraphToken {
    let start = position
    if bytes[position] == UInt8(ascii: "-") { position += 1 }
    if position > start, position < bytes.count, Identifier.isHead(bytes[position]) {
      let wordStart = position
      skipName()
      guard [Array("inf".utf8), Array("nan".utf8)].contains(Array(bytes[wordStart..<position]))
      else {
        throw mistake("after - comes a number, inf or nan", at: start)
      }
      return token(.floating, start)
    }
    guard skipDigits() > 0 else { throw mistake("after - comes a number, inf or nan", at: start) }
    var kind = GraphToken.Kind.integer
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      kind = .floating
      position += 1
      guard skipDigits() > 0 else {
        throw mistake("after the point of a number come digits, as in 1.0", at: start)
      }
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      kind = .floating
      position += 1
      if position < bytes.count,
        bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-")
      {
        position += 1
      }
      guard skipDigits() > 0 else {
        throw mistake("after the e of a number comes its exponent, as in 1e-3", at: start)
      }
    }
    if position < bytes.count, Identifier.isBody(bytes[position]) {
      throw mistake("a number ends with a digit; names begin with a letter or _", at: start)
    }
    return try checked(token(kind, start), GraphLimits.numberBytes, "a number")
  }

  private mutating func quotedText() throws(Diagnostic) -> GraphToken {
    let start = position
    position += 1
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        var result = token(.text, start)
        result.range = (start + 1)..<position
        position += 1
        return try checked(result, GraphLimits.textBytes, "a text")
      case UInt8(ascii: "\n"):
        throw mistake("a text ends on its line; close it with \"", at: start)
      case UInt8(ascii: "\\"):
        // A quote that follows is not the end of the text.
        position += 1
        if position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
      default:
        position += 1
      }
    }
    position = bytes.count
    throw mistake("the file ends inside a text; is it truncated?", at: start)
  }
}
