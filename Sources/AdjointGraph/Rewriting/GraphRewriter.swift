import AdjointCore

/// The only way in which passes change a graph: node by node into a new one.
package struct GraphRewriter {
  /// What a pass makes of one node, whose operands are numbered as in the new graph: the values that
  /// take the place of its results, or nil to keep it.
  ///
  /// The index is that of the node in the graph before.
  package typealias Transform =
    (_ builder: GraphBuilder, _ node: Node, _ index: Int) throws(Diagnostic) -> [Value]?

  /// The nodes to keep; all where nil.
  package var live: [Bool]?
  /// Whether inputs and parameters that are not live stay: they are the graph's interface.
  package var keepsInterface = true
  /// The rewrites to try on each node.
  package var rewrites: RewriteTable?
  /// What takes down which rewrites were applied where.
  package var log: RewriteLog?
  /// Whether equal nodes become one.
  package var mergesEqualNodes = false
  /// Whether what composites stand for takes their place, to any depth.
  package var expandsComposites = false

  package init() {}

  /// The graph with each live node transformed.
  ///
  /// Names, places and reasons carry over to what takes a node's place. A node that is kept keeps its
  /// types, so whoever changes those of operands transforms every node that reads them.
  package func rewrite(
    _ graph: Graph, _ transform: Transform? = nil
  ) throws(Diagnostic) -> Graph {
    let builder = GraphBuilder(graph.name)
    builder.rewrites = rewrites
    builder.labelNodes { graph.label(of: $0) }
    builder.mergesEqualNodes = mergesEqualNodes
    builder.expandsComposites = expandsComposites
    let unchanged = try unchangedNodes(of: graph, transform, in: builder)
    if unchanged == graph.nodes.count { return graph }
    builder.adopt(graph, upTo: unchanged)
    if log != nil { builder.rewriting.applied = [] }
    var replacements = Replacements(capacity: graph.nodes.count)
    for index in 0..<unchanged {
      replacements.beginNode()
      for result in graph.nodes[index].resultTypes.indices {
        replacements.append(ValueID(node: index, result: result))
      }
    }
    for index in unchanged..<graph.nodes.count {
      replacements.beginNode()
      let isLive = live?[index] ?? true
      if !isLive, graph.nodes[index].operatorType != nil { continue }
      var node = graph.nodes[index]
      if node.operatorType == nil {
        if isLive || keepsInterface {
          replacements.append(ValueID(node: builder.insert(node)))
        }
        continue
      }
      let name = node.name
      node.name = nil
      builder.currentNode = index
      replacements.renumber(&node.operands)
      var replaced: [Value]?
      if let transform {
        builder.work(on: node)
        replaced = try transform(builder, node, index)
      }
      if replaced == nil { replaced = try expansion(of: node, in: builder) }
      if let replaced {
        for value in replaced { replacements.append(value.id) }
      } else {
        replacements.append(builder.transfer(node), resultCount: node.resultTypes.count)
      }
      if let name, !node.resultTypes.isEmpty {
        try Self.carry(name, to: replacements[ValueID(node: index)].node, in: builder)
      }
    }
    builder.currentLocation = nil
    builder.currentProvenance = nil
    builder.currentHistory = nil
    builder.setOutputs(
      graph.outputList.map { Graph.Output(name: $0.name, value: replacements[$0.value]) })
    for update in graph.updates {
      builder.update(
        builder.value(replacements[ValueID(node: update.parameter)]),
        to: builder.value(replacements[update.value]))
    }
    let rewritten = try builder.build()
    for applied in builder.rewriting.applied ?? [] {
      log?.append(
        RewriteLog.Firing(
          rewrite: applied.rewrite, graph: graph.name, node: graph.label(of: applied.node),
          location: applied.location, replacement: rewritten.label(of: applied.replacement.node)))
    }
    return rewritten
  }

  /// The number of nodes at the beginning of a graph that stay as they are: most passes find little to change
  /// in most graphs, and what nothing changes need not be copied.
  ///
  /// The builder has all nodes of the graph meanwhile, so that what looks at operands finds them.
  private func unchangedNodes(
    of graph: Graph, _ transform: Transform?, in builder: GraphBuilder
  ) throws(Diagnostic) -> Int {
    builder.adopt(graph, upTo: graph.nodes.count)
    for index in graph.nodes.indices {
      let isLive = live?[index] ?? true
      if graph.nodes[index].operatorType == nil {
        if isLive || keepsInterface { continue }
        return index
      }
      guard isLive else { return index }
      if let transform {
        let node = graph.nodes[index]
        builder.work(on: node)
        if try transform(builder, node, index) != nil { return index }
      }
      if expandsComposites, graph.nodes[index].operation?.composite != nil { return index }
      guard builder.keepsNode(index) else { return index }
    }
    return graph.nodes.count
  }

  /// What a composite stands for, nil for any other node, and where composites stay.
  private func expansion(
    of node: Node, in builder: GraphBuilder
  ) throws(Diagnostic) -> [Value]? {
    guard expandsComposites, let operation = node.operation, operation.composite != nil else {
      return nil
    }
    builder.work(on: node)
    return try builder.results(of: operation, node.operands.map(builder.value))
  }

  /// Names the node that took a named node's place, unless it has a name already.
  private static func carry(
    _ name: String, to node: Int, in builder: GraphBuilder
  ) throws(Diagnostic) {
    guard builder.nodes[node].name == nil, !builder.hasNode(named: name) else { return }
    try builder.setName(name, of: node)
  }
}

extension Graph {
  /// Whether any node is of an operator that stands for others, of those for which the condition holds.
  package func hasComposites(
    where condition: (any Composite) -> Bool = { _ in true }
  ) -> Bool {
    nodes.contains { $0.operation?.composite.map(condition) ?? false }
  }

  /// Whether two nodes apply equal operators to the same operands.
  package var hasEqualNodes: Bool {
    var table = NodeTable()
    table.reserveCapacity(nodes.count)
    for (index, node) in nodes.enumerated() where table.enter(node, as: index, in: nodes) != nil {
      return true
    }
    return false
  }

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
  /// - Throws: `.unknownName` for an output the graph does not have, `.duplicateName` for one that is
  ///   named twice.
  public func keeping(outputs names: [String]) throws(Diagnostic) -> Graph {
    var kept: [Output] = []
    var seen: Set<String> = []
    for name in names {
      let output = try output(named: name)
      guard seen.insert(name).inserted else {
        throw Diagnostic(.duplicateName, "the output \(name) is asked for twice; name it once")
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
    for (name, extent) in extents.sorted(by: { $0.key < $1.key }) {
      try checkDimension(named: name)
      guard extent >= 0 else {
        throw Diagnostic(.invalidArgument, "the dimension \(name) cannot be \(extent)")
      }
    }
    if extents.isEmpty { return self }
    return try substituting(extents.mapValues { .fixed($0) })
  }

  /// The graph with dimensions in place of names.
  ///
  /// - Throws: whatever an operator says of shapes that do not fit once they are known.
  func substituting(_ substitution: [String: Dimension]) throws(Diagnostic) -> Graph {
    var bound = nodes
    for index in bound.indices where bound[index].operation == nil {
      bound[index].resultTypes = bound[index].resultTypes.map { $0.substituting(substitution) }
      for type in bound[index].resultTypes { try type.validate() }
    }
    let source = Graph(name: self.name, nodes: bound, outputs: outputList, updates: updates)
    return try source.derivingTypes { $0.substituting(substitution) }
  }

  /// The graph with the attributes of its operators replaced, and the type of every node derived again
  /// from those of the inputs and the parameters.
  ///
  /// - Throws: whatever an operator says of its new attributes or of the types of its operands.
  package func derivingTypes(
    attributes replace: @escaping (AttributeList) -> AttributeList
  ) throws(Diagnostic) -> Graph {
    try GraphRewriter().rewrite(self) { (builder, node, _) throws(Diagnostic) -> [Value]? in
      guard var operation = node.operation else { return nil }
      let attributes = operation.attributes
      let replaced = replace(attributes)
      if attributes != replaced {
        operation = try Swift.type(of: operation).init(attributes: replaced)
      }
      return try builder.results(of: operation, node.operands.map(builder.value))
    }
  }
}
