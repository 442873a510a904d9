import AdjointCore

extension GraphParser {
  /// Reads `{axes = [1], keep = true}`, or the same between other signs.
  mutating func attributes(
    from opening: Unicode.Scalar, to closing: Unicode.Scalar
  ) throws(Diagnostic) -> AttributeList {
    var attributes = AttributeList()
    var count = 0
    try list(from: opening, to: closing, "attributes are written name = value") {
      (parser) throws(Diagnostic) in
      guard count < GraphLimits.attributes else {
        throw parser.mistake("a node has at most \(GraphLimits.attributes) attributes")
      }
      let place = parser.location
      let name = try parser.identifier("the name of an attribute")
      guard attributes[name] == nil else {
        throw Diagnostic(
          .invalidAttribute, "the attribute \(name) is given twice; give it once", location: place)
      }
      try parser.sign("=", "attributes are written name = value")
      attributes.append(name, try parser.attributeValue())
      count += 1
    }
    return attributes
  }

  private mutating func attributeValue() throws(Diagnostic) -> AttributeValue {
    switch token.kind {
    case .integer: return .integer(try integer())
    case .floating: return .floating(try number())
    case .text: return .text(try text())
    case .sign(UInt8(ascii: "[")): return try attributeList()
    case .sign(UInt8(ascii: "@")): return .function(try functionName())
    case .word: break
    case .value, .sign, .lineEnd, .fileEnd:
      throw expected("a number, true, false, a list, a type or a text in quotes")
    }
    switch lexer.text(of: token) {
    case "true":
      try advance()
      return .bool(true)
    case "false":
      try advance()
      return .bool(false)
    case "inf", "nan": return .floating(try number())
    default:
      let scalarType = try scalarType()
      guard isSign("[") else { return .scalarType(scalarType) }
      return .type(try type(of: scalarType))
    }
  }

  /// Reads `[B, 784]`, whole numbers and names, or `[0.5, 1]`, floating-point numbers.
  mutating func attributeList() throws(Diagnostic) -> AttributeValue {
    var dimensions: [Dimension] = []
    var numbers: [NumberLiteral] = []
    var hasNames = false
    let place = location
    try list(from: "[", to: "]", "a list is written [1, 2]") { (parser) throws(Diagnostic) in
      if parser.isFloating {
        guard !hasNames else {
          throw parser.mistake("a list holds extents or floating-point numbers, not both")
        }
        if numbers.isEmpty {
          numbers = dimensions.map { NumberLiteral($0.extent ?? 0) }
          dimensions = []
        }
        numbers.append(try parser.number())
        return
      }
      guard numbers.isEmpty || parser.token.kind == .integer else {
        throw parser.expected("a number")
      }
      switch try parser.dimension("a number or the name of a dimension; lists do not nest") {
      case .fixed(let value) where !numbers.isEmpty: numbers.append(NumberLiteral(value))
      case .fixed(let value): dimensions.append(.fixed(value))
      case .named(let name):
        dimensions.append(.named(name))
        hasNames = true
      }
      guard !hasNames || dimensions.count <= TensorType.maximumRank else {
        throw Diagnostic(
          .invalidType, "a shape has at most \(TensorType.maximumRank) dimensions", location: place)
      }
    }
    return numbers.isEmpty ? .dimensions(dimensions) : .numbers(numbers)
  }

  /// Reads ` @adjoint(node = "h", rule = "tanh", operand = 0, contribution = 1)` where there is one.
  mutating func provenance() throws(Diagnostic) -> Provenance? {
    guard isSign("@") else { return nil }
    try advance()
    guard token.kind == .word, let role = Provenance.Role(rawValue: lexer.text(of: token)) else {
      let roles = Provenance.Role.allCases.map { "@\($0.rawValue)" }
      throw expected("one of \(roles.joined(separator: ", "))")
    }
    let place = location
    try advance()
    let attributes = try attributes(from: "(", to: ")")
    do {
      try attributes.allowOnly("node", "rule", "operand", "contribution")
      return Provenance(
        role, of: try attributes.text("node"), rule: try attributes.text("rule"),
        operand: try attributes.optionalCount("operand"),
        contribution: try attributes.optionalCount("contribution"))
    } catch {
      throw error.located(at: place)
    }
  }
}

extension AttributeList {
  /// A whole number of zero or more, or nil where the attribute is absent.
  fileprivate func optionalCount(_ name: String) throws(Diagnostic) -> Int? {
    guard self[name] != nil else { return nil }
    let value = try integer(name)
    guard value >= 0 else {
      throw Diagnostic(.invalidAttribute, "the attribute \(name) is zero or more, not \(value)")
    }
    return value
  }
}
