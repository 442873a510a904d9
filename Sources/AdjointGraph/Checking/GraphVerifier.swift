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
      report("the graph computes nothing; declare an output", at: nil)
    }
    var names: Set<String> = []
    for (index, node) in graph.nodes.enumerated() {
      if let name = node.name {
        checkName(name, "the name of the node", at: index)
        if !names.insert(name).inserted {
          report("another node is called \(name) too; choose another name", at: index)
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
    do {
      try type.validate()
    } catch {
      report(error.message, at: node)
    }
    if let fault = Identifier.fault(inDimensionsOf: type) { report(fault, at: node) }
  }

  private mutating func checkSource(_ node: Node, at index: Int) {
    if node.name == nil { report("an input or a parameter needs a name", at: index) }
    if !node.operands.isEmpty { report("an input or a parameter has no operands", at: index) }
    guard node.resultTypes.count == 1 else {
      return report(
        "an input or a parameter has one type, not \(node.resultTypes.count)", at: index)
    }
    guard case .parameter(let initializer) = node.kind else { return }
    if case .literal(let tensor) = initializer, node.resultTypes[0].shape.extents != tensor.extents
    {
      report(
        "the initial value is \(tensor.type), the parameter is \(node.resultTypes[0])", at: index)
    }
    do {
      _ = try initializer.checked(for: node.resultTypes[0])
    } catch {
      report(error.message, at: index)
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
        report("two outputs are called \(output.name); choose another name", at: nil)
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
        report("the node \(update.parameter) is updated, and it is no parameter", at: nil)
        continue
      }
      if !updated.insert(update.parameter).inserted {
        report("it has two updates; combine them", at: update.parameter)
      }
      guard let type = type(of: update.value) else {
        report("its next value does not exist", at: update.parameter)
        continue
      }
      let wanted = graph.nodes[update.parameter].resultTypes.first
      if wanted != type {
        report(
          "its next value is \(type), and it is \(wanted?.description ?? "untyped")",
          at: update.parameter)
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
