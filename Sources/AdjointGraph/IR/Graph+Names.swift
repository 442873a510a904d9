import AdjointCore

extension Graph {
  /// The output with a name.
  ///
  /// - Throws: `.unknownName` that lists the outputs.
  package func output(named name: String) throws(Diagnostic) -> Output {
    if let place = outputsByName[name] { return outputList[place] }
    throw unknownOutput(name)
  }

  /// A mistake that lists the outputs.
  package func unknownOutput(_ name: String) -> Diagnostic {
    unknown("output", name, outputList.map(\.name))
  }

  /// The input or parameter with a name.
  ///
  /// - Throws: `.unknownName` that lists the inputs and parameters.
  package func sourcePort(named name: String) throws(Diagnostic) -> Port {
    if let node = source(named: name) { return Port(name: name, type: nodes[node].resultTypes[0]) }
    return try port(named: name, among: inputs + parameters, "input or parameter")
  }

  /// The port with a name.
  ///
  /// - Throws: `.unknownName` that lists the names of all.
  package func port(
    named name: String, among ports: [Port], _ kind: String
  ) throws(Diagnostic) -> Port {
    if let port = ports.first(where: { $0.name == name }) { return port }
    throw unknown(kind, name, ports.map(\.name))
  }

  /// Refuses a name that no dimension has.
  ///
  /// - Throws: `.unknownName` that lists the names of the dimensions.
  package func checkDimension(named name: String) throws(Diagnostic) {
    let names = dimensionNames
    if !names.contains(name) { throw unknown("dimension", name, names) }
  }

  /// The value with a name: an output, an input, a parameter or a named node.
  ///
  /// - Throws: `.unknownName` that lists what there is.
  package func value(named name: String) throws(Diagnostic) -> ValueID {
    if let place = outputsByName[name] { return outputList[place].value }
    if let node = nodesByName[name] { return ValueID(node: node) }
    throw unknown("value", name, outputList.map(\.name) + nodes.compactMap(\.name))
  }

  /// The value with a name that something is differentiated with respect to: an input, a parameter, a
  /// named node or an output.
  ///
  /// The other way round than in `value(named:)`, since inputs and outputs have names of their own: of
  /// an output `y` that depends on an input `y`, the derivative is that with respect to the input.
  ///
  /// - Throws: `.unknownName` that lists what there is.
  package func value(ofSource name: String) throws(Diagnostic) -> ValueID {
    if let node = nodesByName[name] { return ValueID(node: node) }
    return try value(named: name)
  }

  private func unknown(_ kind: String, _ name: String, _ known: [String]) -> Diagnostic {
    let nearest = UnknownNames.nearest(to: name, among: known)
    return Diagnostic(
      .unknownName,
      "the graph \(self.name) has no \(kind) named \(name); it has \(UnknownNames.list(known))"
        + (nearest.map { "; did you mean \($0)?" } ?? ""))
  }
}
