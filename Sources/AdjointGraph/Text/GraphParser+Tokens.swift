import AdjointCore

// The steps from token to token. Each function reads what it is named for, or refuses the token that
// stands there instead, and leaves the next one to be looked at.
extension GraphParser {
  mutating func advance() throws(Diagnostic) { token = try lexer.next() }

  /// Where the current token stands.
  var location: SourceLocation { lexer.location(line: token.line, column: token.column) }

  func mistake(_ message: String, code: Diagnostic.Code = .syntax) -> Diagnostic {
    Diagnostic(code, message, location: location)
  }

  /// The current token in words.
  var found: String {
    switch token.kind {
    case .lineEnd: "the end of the line"
    case .fileEnd: "the end of the file"
    case .sign(let byte): "'\(Character(Unicode.Scalar(byte)))'"
    case .value: "%\(lexer.text(of: token))"
    case .text: "a text"
    case .word, .integer, .floating: lexer.text(of: token)
    }
  }

  /// A refusal of the current token that says what belongs there.
  func expected(_ what: String) -> Diagnostic {
    let truncated = token.kind == .fileEnd ? "; is the file truncated?" : ""
    return mistake("here belongs \(what), and there is \(found)\(truncated)")
  }

  func isSign(_ sign: Unicode.Scalar) -> Bool { token.kind == .sign(UInt8(ascii: sign)) }

  mutating func sign(_ sign: Unicode.Scalar, _ reason: String) throws(Diagnostic) {
    guard isSign(sign) else { throw expected("'\(sign)' (\(reason))") }
    try advance()
  }

  func isKeyword(_ word: String) -> Bool {
    token.kind == .word && lexer.text(of: token) == word
  }

  mutating func keyword(_ word: String, _ reason: String) throws(Diagnostic) {
    guard isKeyword(word) else {
      throw expected("\(word) (\(reason))")
    }
    try advance()
  }

  mutating func identifier(_ what: String) throws(Diagnostic) -> String {
    guard token.kind == .word else { throw expected(what) }
    let text = lexer.text(of: token)
    try advance()
    return text
  }

  mutating func skipLineEnds() throws(Diagnostic) {
    while token.kind == .lineEnd { try advance() }
  }

  mutating func endOfLine() throws(Diagnostic) {
    guard token.kind == .lineEnd || token.kind == .fileEnd else {
      throw expected("the end of the line (each statement has a line of its own)")
    }
    try skipLineEnds()
  }

  /// Reads items between two signs, with commas between them.
  mutating func list(
    from opening: Unicode.Scalar, to closing: Unicode.Scalar, _ what: String,
    item: (inout GraphParser) throws(Diagnostic) -> Void
  ) throws(Diagnostic) {
    try sign(opening, what)
    if isSign(closing) { return try advance() }
    while true {
      try item(&self)
      if isSign(closing) { return try advance() }
      guard isSign(",") else { throw expected("',' or '\(closing)' (\(what))") }
      try advance()
    }
  }
}
