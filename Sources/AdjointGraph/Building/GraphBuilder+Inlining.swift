import AdjointCore

extension GraphBuilder {
  /// The outputs of a graph for values that take the place of its inputs, in order.
  ///
  /// The nodes that its outputs need are added here, without their names. They have the place and the
  /// reason of the node a pass is working on, where there is one, else their own. It takes time in
  /// proportion to the nodes of that graph, whatever is here already.
  ///
  /// Mistakes: `.operandCount` and `.shapeMismatch` where the values do not have the types of the inputs,
  /// `.invalidGraph` for a graph with parameters or updates.
  package func inline(_ graph: Graph, operands: [Value]) -> [Value] {
    let types = graph.outputList.map { graph.type(of: $0.value) }
    do throws(Diagnostic) {
      try checkOwner(of: operands, at: currentLocation)
      if !operands.contains(where: isPoisoned) {
        try Self.check(operands.map(\.type), against: graph)
        return try inlined(graph, operands)
      }
    } catch {
      record(error.located(at: currentLocation), concerning: operands)
    }
    return types.map { poison(like: $0) }
  }

  private static func check(_ types: [TensorType], against graph: Graph) throws(Diagnostic) {
    let inputs = graph.inputs
    guard graph.parameters.isEmpty, graph.updates.isEmpty else {
      throw Diagnostic(
        .invalidGraph, "the graph \(graph.name) has parameters of its own; make them inputs")
    }
    guard types.count == inputs.count else {
      throw Diagnostic(
        .operandCount, "\(graph.name) takes \(inputs.count) operands, not \(types.count)")
    }
    for (type, input) in zip(types, inputs) where type != input.type {
      throw Diagnostic(
        .shapeMismatch, "\(graph.name) takes \(input.type) for \(input.name), not \(type)")
    }
  }

  private func inlined(_ graph: Graph, _ operands: [Value]) throws(Diagnostic) -> [Value] {
    let (location, provenance, history) = (currentLocation, currentProvenance, currentHistory)
    defer {
      (currentLocation, currentProvenance) = (location, provenance)
      currentHistory = history
    }
    let live = graph.liveNodes
    var replacements = Replacements(capacity: graph.nodes.count)
    var rest = operands[...]
    for (index, node) in graph.nodes.enumerated() {
      replacements.beginNode()
      guard node.operatorType != nil else {
        if let operand = rest.popFirst() { replacements.append(operand.id) }
        continue
      }
      guard live[index] else { continue }
      var node = node.marked(location, provenance, history)
      node.name = nil
      replacements.renumber(&node.operands)
      if expandsComposites, let operation = node.operation, operation.composite != nil {
        work(on: node)
        for value in try results(of: operation, node.operands.map(self.value)) {
          replacements.append(value.id)
        }
        continue
      }
      replacements.append(transfer(node), resultCount: node.resultTypes.count)
    }
    return graph.outputList.map { value(replacements[$0.value]) }
  }

  /// What a composite stands for, of the types that it states.
  func expanded(
    _ composite: any Composite, _ operands: [Value], _ types: [TensorType]
  ) throws(Diagnostic) -> [Value] {
    let settled = composite.takesRewrites ? 0 : 1
    settledDepth += settled
    defer { settledDepth -= settled }
    let results = try composite.expansion(of: operands)
    guard results.map(\.type) == types || !mistakes.isEmpty else {
      let (given, stated) = (results.map { "\($0.type)" }, types.map { "\($0)" })
      throw Diagnostic(
        .invalidGraph,
        "the expansion gives \(given.joined(separator: ", ")), and the operator states "
          + stated.joined(separator: ", "))
    }
    return results
  }
}
