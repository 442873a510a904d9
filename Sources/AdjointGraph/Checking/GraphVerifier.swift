import AdjointCore

/// Checks the rules of the IR on a finished graph, whoever built it.
package struct GraphVerifier {
  /// Offenders beyond this number are counted and not listed.
  package static let listedOffenders = 50

  private let graph: Graph
  private var notes: [String] = []
  private var count = 0
  private var first: (node: String, location: SourceLocation?)?

  /// Refuses a graph that breaks a rule: nodes in order of definition, values that exist, types as the
  /// operators give them, names that are valid and unique, outputs and updates that fit.
  ///
  /// - Throws: `.invalidGraph`, with one note for each offender, placed at the first.
  package static func verify(_ graph: Graph) throws(Diagnostic) {
    for function in graph.functions { try verify(body: function.body) }
    try verify(body: graph)
  }

  /// Refuses a graph that breaks a rule, or the body of a function that does; what it calls is not looked into.
  private static func verify(body graph: Graph) throws(Diagnostic) {
    var verifier = GraphVerifier(graph)
    verifier.run()
    guard verifier.count > 0 else { return }
    if verifier.count > verifier.notes.count {
      verifier.notes.append("and \(verifier.count - verifier.notes.count) more")
    }
    throw Diagnostic(
      .invalidGraph,
      "the graph \(graph.name) breaks \(verifier.count) rule\(verifier.count == 1 ? "" : "s"); "
        + "correct what the notes list",
      node: verifier.first?.node, location: verifier.first?.location, notes: verifier.notes)
  }

  private init(_ graph: Graph) { self.graph = graph }

  private mutating func run() {
    checkName(graph.name, "the name of the graph", at: nil)
    if graph.outputList.isEmpty && graph.updates.isEmpty {
      report(GraphRules.computesNothing(graph.name).message, at: nil)
    }
    var names: Set<String> = []
    for (index, node) in graph.nodes.enumerated() {
      if let name = node.name {
        checkName(name, "the name of the node", at: index)
        if !names.insert(name).inserted {
          report(GraphRules.duplicateNode(name).message, at: index)
        }
      }
      for type in node.resultTypes { check(type, at: index) }
      switch node.kind {
      case .input, .parameter: checkSource(node, at: index)
      case .operation(let operation): check(operation, node, at: index)
      }
    }
    checkOutputs()
    checkUpdates()
  }

  private mutating func report(_ message: String, at node: Int?) {
    count += 1
    guard let node else {
      if notes.count < Self.listedOffenders { notes.append(message) }
      return
    }
    let label = "%\(graph.label(of: node))"
    let location = graph.nodes[node].location
    if first == nil { first = (label, location) }
    guard notes.count < Self.listedOffenders else { return }
    let place = location.map { "\($0): " } ?? ""
    notes.append("\(place)\(label) = \(graph.nodes[node].mnemonic): \(message)")
  }

  private mutating func checkName(_ name: String, _ what: String, at node: Int?) {
    if let fault = Identifier.fault(in: name, what) { report(fault, at: node) }
  }

  private mutating func check(_ type: TensorType, at node: Int) {
    if let fault = GraphRules.fault(in: type) { report(fault.message, at: node) }
  }

  private mutating func checkSource(_ node: Node, at index: Int) {
    if node.name == nil { report("an input or a parameter needs a name", at: index) }
    if !node.operands.isEmpty { report("an input or a parameter has no operands", at: index) }
    guard node.resultTypes.count == 1 else {
      return report(
        "an input or a parameter has one type, not \(node.resultTypes.count)", at: index)
    }
    guard case .parameter(let initializer) = node.kind else { return }
    if let fault = GraphRules.fault(in: initializer, of: node.resultTypes[0]) {
      report(fault.message, at: index)
    }
  }

  private mutating func check(_ operation: any Operator, _ node: Node, at index: Int) {
    var types: [TensorType] = []
    for operand in node.operands {
      guard operand.node >= 0, operand.node < index else {
        let problem = operand.node == index || graph.nodes.indices.contains(operand.node)
        return report(
          problem
            ? "it uses %\(graph.label(of: operand.node)) before its definition; a graph cannot have "
              + "a cycle"
            : "it uses the node \(operand.node), which does not exist", at: index)
      }
      guard let type = type(of: operand) else {
        return report(
          "it uses the result \(operand.result) of %\(graph.label(of: operand.node)), which has none",
          at: index)
      }
      types.append(type)
    }
    do {
      let inferred = try operation.resultTypes(for: types)
      if inferred != node.resultTypes {
        report("its types are \(node.resultTypes), the operator gives \(inferred)", at: index)
      }
    } catch {
      report(error.message, at: index)
    }
  }

  private mutating func checkOutputs() {
    var names: Set<String> = []
    for output in graph.outputList {
      checkName(output.name, "the name of the output", at: nil)
      if !names.insert(output.name).inserted {
        report(GraphRules.duplicateOutput(output.name).message, at: nil)
      }
      if type(of: output.value) == nil {
        report("the output \(output.name) is a value that does not exist", at: nil)
      }
    }
  }

  private mutating func checkUpdates() {
    var updated: Set<Int> = []
    for update in graph.updates {
      guard graph.nodes.indices.contains(update.parameter),
        case .parameter = graph.nodes[update.parameter].kind
      else {
        report(GraphRules.updateOfNoParameter("the node \(update.parameter)").message, at: nil)
        continue
      }
      let name = "%\(graph.label(of: update.parameter))"
      if !updated.insert(update.parameter).inserted {
        report(GraphRules.secondUpdate(of: name).message, at: update.parameter)
      }
      guard let type = type(of: update.value) else {
        report("its next value does not exist", at: update.parameter)
        continue
      }
      if let wanted = graph.nodes[update.parameter].resultTypes.first, wanted != type {
        report(GraphRules.update(of: name, wanted, to: type).message, at: update.parameter)
      }
    }
  }

  /// The type of a value, nil where there is no such value.
  private func type(of value: ValueID) -> TensorType? {
    guard graph.nodes.indices.contains(value.node),
      graph.nodes[value.node].resultTypes.indices.contains(value.result)
    else { return nil }
    return graph.nodes[value.node].resultTypes[value.result]
  }
}
