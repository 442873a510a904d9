import AdjointCore

/// The only way in which passes change a graph: node by node into a new one.
package struct GraphRewriter {
  /// What a pass makes of one node: the values that take the place of its results, or nil to keep
  /// the node with its new operands.
  package typealias Transform =
    (_ builder: GraphBuilder, _ index: Int, _ operands: [Value]) throws(Diagnostic) -> [Value]?

  /// The nodes to keep; all where nil.
  package var live: [Bool]?
  /// Whether inputs and parameters that are not live stay: they are the graph's interface.
  package var keepsInterface = true
  /// The families of identities to try on each node.
  package var families: Set<Rewrite.Family> = []
  /// Whether equal nodes become one.
  package var mergesEqualNodes = false

  package init() {}

  /// The graph with each live node transformed.
  ///
  /// Names, places and reasons carry over to what takes a node's place.
  package func rewrite(
    _ graph: Graph, _ transform: Transform = { _, _, _ in nil }
  ) throws(Diagnostic) -> Graph {
    let builder = GraphBuilder(graph.name)
    builder.rewriteFamilies = families
    builder.mergesEqualNodes = mergesEqualNodes
    // Indexed by node; results of a node are in order.
    var replacements: [[ValueID]] = []
    replacements.reserveCapacity(graph.nodes.count)
    for (index, node) in graph.nodes.enumerated() {
      let isLive = live?[index] ?? true
      guard let operation = node.operation else {
        replacements.append(isLive || keepsInterface ? builder.insert(node) : [])
        continue
      }
      guard isLive else {
        replacements.append([])
        continue
      }
      builder.currentLocation = node.location
      builder.currentProvenance = node.provenance
      let operands = node.operands.map { builder.value(replacements[$0.node][$0.result]) }
      let results: [Value]
      if let replaced = try transform(builder, index, operands) {
        results = replaced
      } else {
        results = try builder.applyAll(operation, operands)
      }
      if let name = node.name, let result = results.first {
        try Self.carry(name, to: result, in: builder)
      }
      replacements.append(results.map(\.id))
    }
    builder.currentLocation = nil
    builder.currentProvenance = nil
    builder.setOutputs(
      graph.outputList.map {
        Graph.Output(name: $0.name, value: replacements[$0.value.node][$0.value.result])
      })
    for update in graph.updates {
      let value = builder.value(replacements[update.value.node][update.value.result])
      try builder.update(
        builder.value(ValueID(node: replacements[update.parameter][0].node)), to: value)
    }
    return try builder.build()
  }

  /// Names the node that took a named node's place, unless it has a name already.
  private static func carry(
    _ name: String, to value: Value, in builder: GraphBuilder
  ) throws(Diagnostic) {
    guard builder.node(value.id.node).name == nil, !builder.hasNode(named: name) else { return }
    try builder.setName(name, of: value.id.node, at: nil)
  }
}

extension Graph {
  /// For each node, whether an output or an update depends on it.
  package var liveNodes: [Bool] {
    var live = Array(repeating: false, count: nodes.count)
    for output in outputList { live[output.value.node] = true }
    for update in updates { live[update.value.node] = true }
    for index in nodes.indices.reversed() where live[index] {
      for operand in nodes[index].operands { live[operand.node] = true }
    }
    return live
  }

  /// The part of the graph that computes the named outputs: without the others, without updates, and
  /// without inputs and parameters that nothing left depends on.
  ///
  /// - Throws: `.unknownName` for an output the graph does not have.
  public func keeping(outputs names: [String]) throws(Diagnostic) -> Graph {
    var kept: [Output] = []
    for name in names {
      guard let output = outputList.first(where: { $0.name == name }) else {
        let known = outputList.map(\.name).joined(separator: ", ")
        throw Diagnostic(
          .unknownName, "the graph \(self.name) has no output named \(name); it has \(known)")
      }
      kept.append(output)
    }
    let part = Graph(name: name, nodes: nodes, outputs: kept, updates: [])
    var rewriter = GraphRewriter()
    rewriter.live = part.liveNodes
    rewriter.keepsInterface = false
    return try rewriter.rewrite(part)
  }

  /// The graph with its named dimensions replaced by numbers.
  ///
  /// - Throws: `.unknownName` for a name the graph does not have, `.invalidArgument` for an extent
  ///   below zero, and whatever an operator says of shapes that do not fit once they are known.
  public func binding(_ extents: [String: Int]) throws(Diagnostic) -> Graph {
    let names = dimensionNames
    for (name, extent) in extents.sorted(by: { $0.key < $1.key }) {
      guard names.contains(name) else {
        let known = names.isEmpty ? "it has none" : "it has \(names.joined(separator: ", "))"
        throw Diagnostic(
          .unknownName, "the graph \(self.name) has no dimension named \(name); \(known)")
      }
      guard extent >= 0 else {
        throw Diagnostic(.invalidArgument, "the dimension \(name) cannot be \(extent)")
      }
    }
    if extents.isEmpty { return self }
    var bound = nodes
    for index in bound.indices where bound[index].operation == nil {
      bound[index].resultTypes = bound[index].resultTypes.map { $0.binding(extents) }
      for type in bound[index].resultTypes { try type.validate() }
    }
    let source = Graph(name: self.name, nodes: bound, outputs: outputList, updates: updates)
    return try GraphRewriter().rewrite(source) {
      (builder, index, operands) throws(Diagnostic) -> [Value]? in
      guard let operation = source.nodes[index].operation else { return nil }
      let attributes = operation.attributes
      let boundAttributes = attributes.binding(extents)
      if attributes == boundAttributes { return nil }
      return try builder.applyAll(
        Swift.type(of: operation).init(attributes: boundAttributes), operands)
    }
  }
}
