import AdjointCore

/// Builds a graph node by node.
///
/// ```swift
/// let builder = GraphBuilder("regression")
/// let x = try builder.input("x", .f32, ["B", 3])
/// let w = try builder.parameter("w", .f32, [3, 1], .glorot)
/// try builder.output("y", sigmoid(matmul(x, w)))
/// let graph = try builder.build()
/// ```
public final class GraphBuilder {
  /// The name of the graph.
  public let name: String

  package private(set) var nodes: [Node] = []
  package private(set) var outputs: [Graph.Output] = []
  package private(set) var updates: [Graph.Update] = []

  private var nodesByName: [String: Int] = [:]
  private var outputNames: Set<String> = []
  private var updatedParameters: Set<Int> = []
  private var nodesByContent = NodeTable()
  private var identities = IdentityTable()
  private var rewriteDepth = 0

  /// The families of identities that are tried on each node before it is added.
  package var rewriteFamilies: Set<Rewrite.Family> {
    get { identities.families }
    set { identities = IdentityTable(newValue) }
  }
  /// Whether a node equal to an earlier one is that node.
  package var mergesEqualNodes = false
  /// What new nodes are marked with: the place and the reason of the node a pass is working on.
  package var currentLocation: SourceLocation?
  package var currentProvenance: Provenance?

  /// A builder of a graph with a name.
  public init(_ name: String = "graph") { self.name = name }

  /// A builder that continues a graph: its nodes keep their numbers, and new ones follow.
  package convenience init(extending graph: Graph) {
    self.init(graph.name)
    nodes = graph.nodes
    outputs = graph.outputList
    updates = graph.updates
    nodesByName = graph.nodesByName
    outputNames = Set(outputs.map(\.name))
    updatedParameters = Set(updates.map(\.parameter))
  }

  /// Declares a value that the caller gives for each run.
  ///
  /// - Throws: `.duplicateName`, `.invalidType`, or `.invalidArgument` where the name is not an
  ///   identifier.
  public func input(
    _ name: String, _ scalarType: ScalarType, _ shape: Shape,
    file: String = #fileID, line: Int = #line
  ) throws(Diagnostic) -> Value {
    try declare(.input, name, TensorType(scalarType, shape), SourceLocation(file: file, line: line))
  }

  /// Declares a value that is kept from run to run and may be trained.
  ///
  /// - Throws: `.duplicateName`, `.invalidType`, or `.invalidArgument` where the name is not an
  ///   identifier; `.invalidType` or `.scalarTypeMismatch` for initial values that the scalar type
  ///   cannot hold.
  public func parameter(
    _ name: String, _ scalarType: ScalarType, _ shape: Shape, _ initializer: Initializer = .zeros,
    file: String = #fileID, line: Int = #line
  ) throws(Diagnostic) -> Value {
    let type = TensorType(scalarType, shape)
    let location = SourceLocation(file: file, line: line)
    let checked: Initializer
    do {
      checked = try initializer.checked(for: type)
    } catch {
      throw error.at(node: name).located(at: currentLocation ?? location)
    }
    return try declare(.parameter(checked), name, type, location)
  }

  /// Declares a result under a name.
  ///
  /// - Throws: `.duplicateName`, or `.invalidArgument` where the name is not an identifier.
  public func output(
    _ name: String, _ value: Value, file: String = #fileID, line: Int = #line
  ) throws(Diagnostic) {
    let location = SourceLocation(file: file, line: line)
    try check(name, at: location)
    try checkOwner(of: [value], at: location)
    guard outputNames.insert(name).inserted else {
      throw Diagnostic(
        .duplicateName, "the graph has an output \(name) already; choose another name",
        location: location)
    }
    outputs.append(Graph.Output(name: name, value: value.id))
  }

  /// Declares the value that a parameter takes after each run.
  ///
  /// - Throws: `.invalidArgument` where `parameter` is not a parameter or has an update already,
  ///   `.shapeMismatch` where the types differ.
  public func update(
    _ parameter: Value, to value: Value, file: String = #fileID, line: Int = #line
  ) throws(Diagnostic) {
    let location = SourceLocation(file: file, line: line)
    try checkOwner(of: [parameter, value], at: location)
    guard case .parameter = nodes[parameter.id.node].kind else {
      throw Diagnostic(
        .invalidArgument, "only parameters can be updated, and \(parameter) is none",
        location: location)
    }
    guard parameter.type == value.type else {
      throw Diagnostic(
        .shapeMismatch, "update: the parameter is \(parameter.type), its next value \(value.type)",
        location: location)
    }
    guard updatedParameters.insert(parameter.id.node).inserted else {
      throw Diagnostic(
        .invalidArgument, "\(parameter) has an update already; combine the two", location: location)
    }
    updates.append(Graph.Update(parameter: parameter.id.node, value: value.id))
  }

  /// The graph of everything declared so far.
  ///
  /// - Throws: `.invalidGraph` where there is no output and no update.
  public func build() throws(Diagnostic) -> Graph {
    guard !(outputs.isEmpty && updates.isEmpty) else {
      throw Diagnostic(
        .invalidGraph, "the graph \(name) computes nothing; declare an output")
    }
    try check(name, at: nil)
    guard nodes.count <= GraphLimits.nodes else { throw GraphLimits.tooManyNodes(name) }
    return Graph(
      name: name, nodes: nodes, outputs: outputs, updates: updates, nodesByName: nodesByName)
  }

  /// Replaces the outputs declared so far; for passes.
  package func setOutputs(_ outputs: [Graph.Output]) {
    self.outputs = outputs
    outputNames = Set(outputs.map(\.name))
  }

  package func node(_ index: Int) -> Node { nodes[index] }

  /// The operator of a node, if it is of the given type.
  package func operation<Wanted: Operator>(of node: Int, as: Wanted.Type) -> Wanted? {
    // Most nodes asked are of another type, and a comparison of types is quicker than a cast.
    guard nodes[node].operatorType == ObjectIdentifier(Wanted.self) else { return nil }
    return nodes[node].operation as? Wanted
  }

  /// The name a node has in print so far: its own, or its number among the unnamed nodes.
  package func label(of index: Int) -> String {
    nodes[index].name ?? String(nodes[..<index].count { $0.name == nil })
  }
  package func type(of value: ValueID) -> TensorType { nodes[value.node].resultTypes[value.result] }
  package func value(_ id: ValueID) -> Value { Value(self, id) }
}

// Adding nodes.
extension GraphBuilder {
  /// Applies an operator and returns its first result.
  package func apply(
    _ operation: any Operator, _ operands: [Value], at location: SourceLocation? = nil
  ) throws(Diagnostic) -> Value {
    try applyAll(operation, operands, at: location)[0]
  }

  /// Applies an operator and returns all its results.
  ///
  /// Where no place is given, a mistake is placed at the innermost caller outside this package.
  package func applyAll(
    _ operation: any Operator, _ operands: [Value], at location: SourceLocation? = nil
  ) throws(Diagnostic) -> [Value] {
    // A pass, or a composite, that is at work knows the place better than the rule that it calls.
    let place = currentLocation ?? location
    do {
      try checkOwner(of: operands, at: place)
      var types = try operation.resultTypes(for: operands.map(\.type))
      for type in types { try check(type) }
      types = sharing(types, with: operands)
      if let replacement = try rewritten(operation, operands, types) { return [replacement] }
      let node = insert(
        Node(
          kind: .operation(operation), operands: operands.map(\.id), resultTypes: types, name: nil,
          location: place, provenance: currentProvenance))
      return types.indices.map { Value(self, ValueID(node: node, result: $0)) }
    } catch {
      throw error.prefixed(with: operation.mnemonic).located(at: place ?? CallerLocation.current())
    }
  }

  /// Adds a node as it is, for it has been checked, and returns its number, or that of an equal node
  /// where these are merged.
  @discardableResult
  package func insert(_ node: consuming Node) -> Int {
    if mergesEqualNodes, let equal = nodesByContent.enter(node, as: nodes.count, in: nodes) {
      return equal
    }
    if let name = node.name { nodesByName[name] = nodes.count }
    nodes.append(node)
    return nodes.count - 1
  }

  /// Adds a node of another graph, its operands renumbered, unless an identity or an equal node takes
  /// its place, and returns its first result.
  ///
  /// Its types hold here as they did there, so they are not derived again.
  package func transfer(_ node: consuming Node) throws(Diagnostic) -> ValueID {
    if let replacement = try identity(for: node) { return replacement.id }
    return ValueID(node: insert(node))
  }

  /// What an identity puts in the place of a node whose operands are here.
  private func identity(for node: borrowing Node) throws(Diagnostic) -> Value? {
    guard let operation = node.operation, identities.hasAny(for: operation, node.operatorType)
    else { return nil }
    currentLocation = node.location
    currentProvenance = node.provenance
    return try rewritten(operation, node.operands.map { Value(self, $0) }, node.resultTypes)
  }

  /// Begins with the first nodes of a graph, as they are, and with room for the others.
  func adopt(_ graph: Graph, upTo count: Int) {
    nodesByContent = NodeTable()
    if mergesEqualNodes { nodesByContent.reserveCapacity(graph.nodes.count) }
    if count == graph.nodes.count {
      // Shared until one of the two changes.
      nodes = graph.nodes
      nodesByName = graph.nodesByName
      return
    }
    nodes = []
    nodes.reserveCapacity(graph.nodes.count)
    nodesByName = [:]
    nodesByName.reserveCapacity(graph.nodesByName.count)
    for node in graph.nodes[..<count] { insert(node) }
  }

  /// Whether no identity and no earlier equal node takes the place of a node that is here already.
  ///
  /// Nodes that are made on the way are behind all others, and mean that it is not kept.
  func keepsNode(_ index: Int) throws(Diagnostic) -> Bool {
    let count = nodes.count
    let node = nodes[index]
    if try identity(for: node) != nil || nodes.count > count { return false }
    return !mergesEqualNodes || nodesByContent.enter(node, as: index, in: nodes) == nil
  }

  /// The first identity of the operator that applies, of the families that are switched on.
  private func rewritten(
    _ operation: any Operator, _ operands: [Value], _ types: [TensorType]
  ) throws(Diagnostic) -> Value? {
    // Identities make things simpler, so chains of them are short; the bound is for mistakes.
    guard types.count == 1, !operands.isEmpty, rewriteDepth < 32 else { return nil }
    let rewrites = identities[operation]
    if rewrites.isEmpty { return nil }
    rewriteDepth += 1
    defer { rewriteDepth -= 1 }
    let site = Rewrite.Site(operation: operation, operands: operands, resultType: types[0])
    for rewrite in rewrites {
      guard let replacement = try rewrite.apply(site) else { continue }
      guard replacement.type == types[0] else {
        throw Diagnostic(
          .invalidGraph,
          "the identity \(rewrite.name) changed the type from \(types[0]) to \(replacement.type)")
      }
      return replacement
    }
    return nil
  }

  /// Names a node.
  package func setName(_ name: String, of node: Int, at location: SourceLocation?)
    throws(Diagnostic)
  {
    if nodes[node].name == name { return }
    try check(name, at: location)
    guard nodesByName[name] == nil else {
      throw Diagnostic(
        .duplicateName, "the graph has a node \(name) already; choose another name",
        location: location)
    }
    if let old = nodes[node].name {
      switch nodes[node].kind {
      case .operation: nodesByName[old] = nil
      case .input, .parameter:
        throw Diagnostic(
          .invalidArgument, "the \(nodes[node].mnemonic) \(old) cannot be renamed to \(name)",
          location: location)
      }
    }
    nodes[node].name = name
    nodesByName[name] = node
  }

  /// Says more exactly why a node exists.
  package func setProvenance(_ provenance: Provenance, of node: Int) {
    nodes[node].provenance = provenance
  }

  /// Whether a node has the name.
  package func hasNode(named name: String) -> Bool { nodesByName[name] != nil }

  /// Whether an output has the name.
  package func hasOutput(named name: String) -> Bool { outputNames.contains(name) }

  private func declare(
    _ kind: Node.Kind, _ name: String, _ type: TensorType, _ location: SourceLocation
  ) throws(Diagnostic) -> Value {
    try check(name, at: location)
    do {
      try check(type)
    } catch {
      throw error.at(node: name).located(at: location)
    }
    guard nodesByName[name] == nil else {
      throw Diagnostic(
        .duplicateName, "the graph has a node \(name) already; choose another name",
        location: location)
    }
    let node = Node(
      kind: kind, operands: [], resultTypes: [type], name: name, location: location,
      provenance: currentProvenance)
    return Value(self, ValueID(node: insert(node)))
  }

  /// Refuses values that another builder made: their numbers mean other nodes here.
  package func checkOwner(
    of values: [Value], at location: SourceLocation?
  ) throws(Diagnostic) {
    for value in values where value.builder !== self {
      let owner = value.builder.name
      throw Diagnostic(
        .invalidArgument,
        "\(value) belongs to the graph \(owner), not to \(name == owner ? "this other" : name); "
          + "make all values of a computation with one builder",
        location: location)
    }
  }

  private func check(_ name: String, at location: SourceLocation?) throws(Diagnostic) {
    if let fault = Identifier.fault(in: name, "a name") {
      throw Diagnostic(.invalidArgument, fault, location: location)
    }
  }

  private func check(_ type: TensorType) throws(Diagnostic) {
    try type.validate()
    if let fault = Identifier.fault(inDimensionsOf: type) { throw Diagnostic(.invalidType, fault) }
  }

  /// The types, in the memory of the first operand's where they are the same.
  private func sharing(_ types: [TensorType], with operands: [Value]) -> [TensorType] {
    guard let first = operands.first else { return types }
    let known = nodes[first.id.node].resultTypes
    return known == types ? known : types
  }
}

extension Diagnostic {
  /// The same mistake with the operator in front of its message.
  fileprivate func prefixed(with mnemonic: String) -> Diagnostic {
    guard location == nil, !message.hasPrefix("\(mnemonic): ") else { return self }
    var copy = self
    copy.message = "\(mnemonic): \(message)"
    return copy
  }
}
