import AdjointCore

extension GraphParser {
  /// Reads `input %x: f32[B, 64]`.
  mutating func input() throws(Diagnostic) {
    let place = location
    try advance()
    let name = try sourceName("an input")
    try sign(":", "an input is written input %name: type")
    let type = try type()
    let provenance = try provenance()
    try declare(.input, name, type, place, provenance)
  }

  /// Reads `parameter %w: f32[64, 10] = he`.
  mutating func parameter() throws(Diagnostic) {
    let place = location
    try advance()
    let name = try sourceName("a parameter")
    try sign(":", "a parameter is written parameter %name: type = initialiser")
    let type = try type()
    try sign("=", "a parameter says how it begins, as in = zeros or = he")
    let initializerPlace = location
    let initializer: Initializer
    do throws(Diagnostic) {
      initializer = try self.initializer(of: type, name: name).checked(for: type)
    } catch {
      throw error.at(node: name).located(at: initializerPlace)
    }
    let provenance = try provenance()
    try declare(.parameter(initializer), name, type, place, provenance)
  }

  private mutating func declare(
    _ kind: Node.Kind, _ name: String, _ type: TensorType, _ place: SourceLocation,
    _ provenance: Provenance?
  ) throws(Diagnostic) {
    try checkRoom()
    nodesByName[name] = try located(at: place) { builder throws(Diagnostic) in
      try builder.declare(kind, name, type, place, provenance: provenance).id.node
    }
  }

  /// Reads `%y = add(%a, %b) {…} : f32[B, 10] @adjoint(…)`.
  mutating func node() throws(Diagnostic) {
    let place = location
    let name = try definition()
    let resultCount = try furtherResults(of: name)
    try sign("=", "a node is written %name = operator(%a, %b) {attributes} : type")
    let operatorPlace = location
    let operatorType = try operatorType()
    var operands: [ValueID] = []
    try list(from: "(", to: ")", "the operands of an operator stand in parentheses") {
      (parser) throws(Diagnostic) in
      operands.append(try parser.use())
    }
    let attributes = try isSign("{") ? attributes(from: "{", to: "}") : AttributeList()
    try checkRoom()
    builder.currentLocation = place
    let results: [Value]
    do throws(Diagnostic) {
      results = try builder.results(
        of: operatorType.init(attributes: attributes), operands.map(builder.value))
    } catch {
      throw said(by: operatorType, error, node: name, place: operatorPlace)
    }
    let types = results.map(\.type)
    let number = results[0].id.node
    try resultTypes(equal: types, of: operatorType, node: name)
    guard resultCount == types.count else {
      throw Diagnostic(
        .invalidGraph,
        "\(operatorType.mnemonic) has \(types.count) result\(types.count == 1 ? "" : "s"), the line names \(resultCount); write "
          + (types.indices.map { $0 == 0 ? "%\(name)" : "%\(name)#\($0)" }).joined(separator: ", "),
        location: place)
    }
    if let provenance = try provenance() { builder.setProvenance(provenance, of: number) }
    if !Self.isNumber(name) {
      try located(at: place) { builder throws(Diagnostic) in
        try builder.setName(name, of: number)
      }
    }
    nodesByName[name] = number
  }

  /// The name of an input or a parameter, which cannot be a number.
  private mutating func sourceName(_ what: String) throws(Diagnostic) -> String {
    let place = location
    let name = try definition()
    guard !Self.isNumber(name) else {
      throw Diagnostic(
        .syntax,
        "programs find \(what) by name, so %\(name) cannot be one; choose a name that begins "
          + "with a letter or _",
        location: place)
    }
    return name
  }

  /// Reads `, %h#1, %h#2` and returns the number of results.
  private mutating func furtherResults(of name: String) throws(Diagnostic) -> Int {
    var count = 1
    while isSign(",") {
      try advance()
      guard token.kind == .value, lexer.text(of: token) == "\(name)#\(count)",
        count < GraphLimits.results
      else {
        throw expected("%\(name)#\(count) (further results of a node are %name#1, %name#2, …)")
      }
      try advance()
      count += 1
    }
    return count
  }

  private mutating func operatorType() throws(Diagnostic) -> any Operator.Type {
    guard token.kind == .word else { throw expected("the name of an operator") }
    let mnemonic = lexer.text(of: token)
    guard let type = registry[mnemonic] else {
      let known = registry.mnemonics
      let nearest = EditDistance.nearest(to: mnemonic, among: known)
      let suggestion = nearest.map { "did you mean \($0)? " } ?? ""
      throw mistake(
        "no operator is called \(mnemonic); \(suggestion)There are \(known.joined(separator: ", "))",
        code: .unknownOperator)
    }
    try advance()
    return type
  }

  /// Reads the types after the colon and compares them with those that the operator gives.
  private mutating func resultTypes(
    equal types: [TensorType], of operatorType: any Operator.Type, node: String
  ) throws(Diagnostic) {
    try sign(":", "a node ends with its type, here : \(types.commaSeparated)")
    let place = location
    var written = [try type()]
    while isSign(",") {
      try advance()
      written.append(try type())
      guard written.count <= types.count else { break }
    }
    guard written != types else { return }
    let sameScalars = written.map(\.scalarType) == types.map(\.scalarType)
    throw Diagnostic(
      sameScalars ? .shapeMismatch : .scalarTypeMismatch,
      "the file says that \(operatorType.mnemonic) gives \(written.commaSeparated) here, and it gives "
        + "\(types.commaSeparated); correct the type or the operands",
      node: node, location: place)
  }

  /// What an operator says, with its mnemonic, the node and the place, and cut where it is long.
  private func said(
    by operatorType: any Operator.Type, _ error: Diagnostic, node: String, place: SourceLocation
  ) -> Diagnostic {
    var error = error.at(node: node).located(at: place)
    if error.message.count > GraphLimits.messageCharacters {
      error.message = error.message.prefix(GraphLimits.messageCharacters) + "…"
    }
    if !error.message.hasPrefix("\(operatorType.mnemonic): ") {
      error.message = "\(operatorType.mnemonic): \(error.message)"
    }
    return error
  }
}

extension [TensorType] {
  /// The types as they stand behind the colon: `f32[3], i32[]`.
  fileprivate var commaSeparated: String { map(\.description).joined(separator: ", ") }
}
