import AdjointCore

extension GraphParser {
  /// Reads `function layer (vjp = @layer.vjp) { … }`.
  mutating func function() throws(Diagnostic) {
    try checkFunctionsAllowed()
    try advance()
    let place = location
    let name = try identifier("the name of the function")
    guard functions[name] == nil else {
      throw Diagnostic(
        .duplicateName, "the file has a function \(name) already; choose another name",
        location: place)
    }
    var derivatives: [String: Function] = [:]
    if isSign("(") {
      try list(from: "(", to: ")", "derivatives are written (vjp = @NAME, jvp = @NAME)") {
        (parser) throws(Diagnostic) in try parser.derivative(into: &derivatives)
      }
    }
    try statements(of: "function", name)
    functions[name] = try located(at: place) { builder throws(Diagnostic) in
      try Function(builder.build()).withDerivatives(
        vectorJacobianProduct: derivatives["vjp"], jacobianVectorProduct: derivatives["jvp"])
    }
  }

  private mutating func derivative(
    into derivatives: inout [String: Function]
  ) throws(Diagnostic) {
    guard isKeyword("vjp") || isKeyword("jvp") else { throw expected("vjp or jvp") }
    let kind = try identifier("vjp or jvp")
    guard derivatives[kind] == nil else {
      throw mistake("the function has a \(kind) already; give it once")
    }
    try sign("=", "derivatives are written (vjp = @NAME, jvp = @NAME)")
    derivatives[kind] = try functionName()
  }

  /// Reads `@layer`.
  mutating func functionName() throws(Diagnostic) -> Function {
    try sign("@", "a function is named @NAME")
    let place = location
    let name = try identifier("the name of a function")
    if let function = functions[name] { return function }
    if section == "function \(name)" {
      throw Diagnostic(
        .invalidGraph,
        "the function \(name) calls itself, and a graph has no recursion; write out the calls, each by "
          + "a function of its own", location: place)
    }
    let nearest = UnknownNames.nearest(to: name, among: Array(functions.keys))
    throw Diagnostic(
      .unknownName,
      "no function \(name) is defined above; a function stands above those that call it, so that none "
        + "can call itself" + (nearest.map { "; did you mean \($0)?" } ?? ""), location: place)
  }
}
