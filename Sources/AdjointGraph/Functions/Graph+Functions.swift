import AdjointCore

extension Graph {
  /// The functions that the graph calls, and those that they call, each behind the ones that it calls.
  public var functions: [Function] {
    var listing = FunctionListing()
    listing.enter(self)
    return listing.functions
  }

  /// The graph with each function that it calls replaced, and in those the ones that they call.
  ///
  /// - Parameter transform: What becomes of the body of a function, in which the functions it calls have been
  ///   replaced; inputs and outputs keep their types.
  /// - Throws: what the transform throws.
  package func mappingFunctions(
    _ transform: (Graph) throws(Diagnostic) -> Graph
  ) throws(Diagnostic) -> Graph {
    guard nodes.contains(where: { !$0.functions.isEmpty }) else { return self }
    var replacements: [Function: Function] = [:]
    for function in functions {
      let replaced = try function.replacing { body throws(Diagnostic) in
        try transform(body.callingInstead(replacements))
      } derivatives: {
        replacements[$0] ?? $0
      }
      if replaced != function { replacements[function] = replaced }
    }
    return try callingInstead(replacements)
  }

  /// The graph with other functions in the place of those that its nodes call.
  private func callingInstead(_ replacements: [Function: Function]) throws(Diagnostic) -> Graph {
    if replacements.isEmpty { return self }
    var changed = nodes
    for index in nodes.indices
    where nodes[index].functions.contains(where: { replacements[$0] != nil }) {
      guard let operation = nodes[index].operation else { continue }
      var attributes = operation.attributes
      attributes.replaceFunctions { replacements[$0] ?? $0 }
      changed[index].kind = .operation(try Swift.type(of: operation).init(attributes: attributes))
    }
    return Graph(
      name: name, nodes: changed, outputs: outputList, updates: updates, nodesByName: nodesByName)
  }
}

extension Function {
  /// The function with another body and other derivatives.
  fileprivate func replacing(
    body transform: (Graph) throws(Diagnostic) -> Graph, derivatives: (Function) -> Function
  ) throws(Diagnostic) -> Function {
    try Function(
      try transform(body), vjp: vectorJacobianProduct.map(derivatives),
      jvp: jacobianVectorProduct.map(derivatives))
  }
}

/// The functions that graphs call, in an order in which each can be defined.
private struct FunctionListing {
  private(set) var functions: [Function] = []
  private var seen: Set<Function> = []

  /// Enters what a graph calls; recursion ends, since functions call only those that were there before them.
  mutating func enter(_ graph: Graph) {
    for node in graph.nodes {
      for function in node.functions { enter(function) }
    }
  }

  private mutating func enter(_ function: Function) {
    guard seen.insert(function).inserted else { return }
    enter(function.body)
    for derivative in [function.vectorJacobianProduct, function.jacobianVectorProduct] {
      if let derivative { enter(derivative) }
    }
    functions.append(function)
  }
}
