import AdjointCore

/// Reads text of the `.graph` format, whose grammar is with `GraphPrinter`.
///
/// The text is untrusted: every length is checked, nothing recurses, and a file costs time and memory
/// linear in its length. A mistake is one `Diagnostic` with file, line and column.
package struct GraphParser {
  /// The versions of the format that are read.
  package static let versions = 1...2

  let registry: OperatorRegistry
  var lexer: GraphLexer
  /// The token that is looked at.
  var token: GraphToken
  /// What the statements so far have built; its checks are those of a graph built in Swift.
  var builder = GraphBuilder()
  /// The functions above, by name.
  var functions: [String: Function] = [:]
  /// What is being read, for messages: `graph` or `function` and the name.
  var section = ""
  private var version = 1
  /// Nodes by the name or number they have in the file.
  var nodesByName = NodeNames()

  /// The graph that a text describes.
  ///
  /// - Throws: `.syntax` and `.memoryLimit` for what is no graph file, `.unknownOperator`,
  ///   `.unknownName`, `.duplicateName`, `.invalidGraph` for a value used before its definition, and
  ///   what operators say of their attributes and operands.
  package static func parse(
    _ text: String, file: String, registry: OperatorRegistry
  ) throws(Diagnostic) -> Graph {
    try parse(Array(text.utf8), file: file, registry: registry)
  }

  /// The graph that the bytes of a file describe.
  package static func parse(
    _ bytes: [UInt8], file: String, registry: OperatorRegistry
  ) throws(Diagnostic) -> Graph {
    var parser = GraphParser(lexer: try GraphLexer(bytes, file: file), registry: registry)
    try parser.advance()
    return try parser.graph()
  }

  private init(lexer: GraphLexer, registry: OperatorRegistry) {
    self.lexer = lexer
    self.registry = registry
    token = GraphToken(kind: .lineEnd, range: 0..<0, line: 1, column: 1)
  }

  private mutating func graph() throws(Diagnostic) -> Graph {
    try readVersion()
    try skipLineEnds()
    while isKeyword("function") { try function() }
    try keyword("graph", "the version line is followed by graph NAME {")
    let name = try identifier("the name of the graph")
    try statements(of: "graph", name)
    guard token.kind == .fileEnd else {
      throw mistake("nothing comes after the } of the graph; a file holds one graph")
    }
    return try located(at: location) { builder throws(Diagnostic) in try builder.build() }
  }

  /// Reads the statements between braces into a new builder.
  mutating func statements(of kind: String, _ name: String) throws(Diagnostic) {
    builder = GraphBuilder(name)
    nodesByName = NodeNames()
    section = "\(kind) \(name)"
    try sign("{", "the statements of a \(kind) stand between { and }")
    try endOfLine()
    while !isSign("}") {
      try skipLineEnds()
      if isSign("}") { break }
      guard token.kind != .fileEnd else {
        throw mistake(
          "the file ends inside the \(section), whose } is missing; is it truncated?")
      }
      try statement()
      if !isSign("}") { try endOfLine() }
    }
    try advance()
    try skipLineEnds()
  }

  /// Has the builder add to the graph; what it refuses is at a place of the file.
  func located<Result>(
    at place: SourceLocation, _ body: (GraphBuilder) throws(Diagnostic) -> Result
  ) throws(Diagnostic) -> Result {
    do throws(Diagnostic) { return try body(builder) } catch { throw error.located(at: place) }
  }

  private mutating func readVersion() throws(Diagnostic) {
    let known = Self.versions.map(String.init).joined(separator: ", ")
    guard token.kind == .word, lexer.text(of: token) == "adjoint", token.line == 1 else {
      throw mistake(
        "this is no graph file: its first line must be `adjoint 1` or `adjoint 2`, the version of the format"
      )
    }
    try advance()
    guard token.kind == .integer else {
      throw mistake("after adjoint comes the version of the format; this program reads \(known)")
    }
    let text = lexer.text(of: token)
    guard let number = Int(text), Self.versions.contains(number) else {
      throw mistake(
        "the file is of version \(text) of the format, and this program reads \(known); use a newer "
          + "program, or write the file anew in one of these versions")
    }
    version = number
    try advance()
    try endOfLine()
  }

  /// Refuses functions in a file that says to have none.
  func checkFunctionsAllowed() throws(Diagnostic) {
    guard version >= 2 else {
      throw mistake(
        "functions came with version 2 of the format, and the file is of version 1; begin it with "
          + "`adjoint 2`")
    }
  }

  /// `output loss = %3`, `update %w = %5`, an input, a parameter or a node.
  private mutating func statement() throws(Diagnostic) {
    switch token.kind {
    case .value: return try node()
    case .word:
      switch lexer.text(of: token) {
      case "input": return try input()
      case "parameter": return try parameter()
      case "output": return try output()
      case "update": return try update()
      default: break
      }
    default: break
    }
    throw mistake(
      "a statement begins with input, parameter, output, update or the %name of a node, "
        + "not with \(found)")
  }

  private mutating func output() throws(Diagnostic) {
    try advance()
    let place = location
    let name = try identifier("the name of the output")
    try sign("=", "an output is written output NAME = %value")
    let value = try use()
    try located(at: place) { builder throws(Diagnostic) in try builder.addOutput(name, value) }
  }

  private mutating func update() throws(Diagnostic) {
    try advance()
    let place = location
    let parameter = try use()
    try sign("=", "an update is written update %parameter = %value")
    let valuePlace = location
    let value = try use()
    do throws(Diagnostic) {
      try builder.addUpdate(of: parameter, to: value)
    } catch {
      throw error.located(at: error.code == .shapeMismatch ? valuePlace : place)
    }
  }
}
