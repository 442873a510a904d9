import AdjointCore

extension GraphParser {
  /// Reads the `%name` that a statement gives to a new node and returns it without the `%`.
  mutating func definition() throws(Diagnostic) -> String {
    guard token.kind == .value else { throw expected("the %name of a value") }
    let name = lexer.text(of: token)
    guard Identifier.isValid(name) || Self.isNumber(name) else {
      throw mistake(
        "%\(name) is no name for a node; use letters, digits, _ and ., beginning with a letter or _, "
          + "or a number alone")
    }
    guard nodesByName[name] == nil else {
      throw GraphRules.duplicateNode(name).located(at: location)
    }
    try advance()
    return name
  }

  /// Refuses one more node than a graph may have.
  func checkRoom() throws(Diagnostic) {
    guard builder.nodes.count < GraphLimits.nodes else {
      throw GraphLimits.tooManyNodes(builder.name).located(at: location)
    }
  }

  /// Reads a `%name` or `%name#1` and returns the value that an earlier line gave this name.
  mutating func use() throws(Diagnostic) -> ValueID {
    guard token.kind == .value else { throw expected("a value such as %x") }
    let text = lexer.text(of: token)
    var (name, number) = (text, "0")
    if let sign = text.utf8.firstIndex(of: UInt8(ascii: "#")) {
      (name, number) = (String(text[..<sign]), String(text[text.utf8.index(after: sign)...]))
    }
    guard let node = nodesByName[name] else { throw undefined(name) }
    guard let result = Int(number),
      builder.nodes[node].resultTypes.indices.contains(result)
    else {
      let count = builder.nodes[node].resultTypes.count
      throw mistake(
        "%\(text): the node %\(name) has \(count) result\(count == 1 ? "" : "s"), counted from 0",
        code: .unknownName)
    }
    try advance()
    return ValueID(node: node, result: result)
  }

  /// Whether a name is the number of a node without a name.
  static func isNumber(_ name: String) -> Bool {
    name.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }

  /// The refusal of a name that no earlier line defines.
  ///
  /// A cycle in a text looks like this too.
  private func undefined(_ name: String) -> Diagnostic {
    if isDefinedFromHere(name) {
      return mistake(
        "the line uses %\(name) before its definition; a graph cannot have a cycle, so define "
          + "%\(name) on an earlier line and without this value",
        code: .invalidGraph)
    }
    return mistake(
      "nothing is called %\(name); define it on an earlier line", code: .unknownName)
  }

  /// Whether this line or a later one defines a name.
  private func isDefinedFromHere(_ name: String) -> Bool {
    var rest = lexer.atLineStart()
    var atStart = true
    while let token = try? rest.next(), token.kind != .fileEnd {
      switch token.kind {
      case .value where atStart:
        if rest.text(of: token) == name { return true }
        atStart = false
      case .word where atStart:
        atStart = ["input", "parameter"].contains(rest.text(of: token))
      case .lineEnd: atStart = true
      default: atStart = false
      }
    }
    return false
  }
}
