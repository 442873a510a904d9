import AdjointCore

/// Builds a graph node by node.
///
/// ```swift
/// let builder = GraphBuilder("regression")
/// let x = builder.input("x", .f32, ["B", 3])
/// let w = builder.parameter("w", .f32, [3, 1], .glorot)
/// builder.output("y", sigmoid(matmul(x, w)))
/// let graph = try builder.build()
/// ```
///
/// Nothing but `build()` throws. A mistake, such as shapes that do not fit, is kept with its place, and what
/// should have been made is *poisoned*: a value that has the type that was asked for, else that of the first
/// value it is made of, else a scalar `f32`. Whatever uses it is poisoned in silence, its gradients too.
/// `build()` throws all mistakes in one `Diagnostic`.
public final class GraphBuilder {
  /// The name of the graph.
  public let name: String

  package internal(set) var nodes: [Node] = []
  package private(set) var outputs: [Graph.Output] = []
  package internal(set) var updates: [Graph.Update] = []

  var nodesByName: [String: Int] = [:]
  private var outputNames: Set<String> = []
  private var updatedParameters: Set<Int> = []
  private var nodesByContent = NodeTable()
  var rewriteDepth = 0
  var rewriting = RewritesAtWork()
  /// How many composites are being expanded in which nothing is rewritten.
  var settledDepth = 0
  package var mistakes = Mistakes()
  var examples = ExampleNodes()

  /// The rewrites that are tried on each node before it is added.
  package var rewrites: RewriteTable?
  /// Whether a node equal to an earlier one is that node.
  package var mergesEqualNodes = false
  /// Whether what a composite stands for takes its place, to any depth.
  package var expandsComposites = false
  /// What new nodes are marked with: the place and the reason of the node a pass is working on.
  package var currentLocation: SourceLocation?
  package var currentProvenance: Provenance?
  /// The rewrites that made the node a pass is working on, and those that are at work on it.
  var currentHistory: NodeHistory? {
    get { rewriting.currentHistory() }
    set { rewriting.history = newValue }
  }

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
  /// Mistakes: `.duplicateName`, `.invalidType`, or `.invalidArgument` where the name is not an
  /// identifier.
  public func input(
    _ name: String, _ scalarType: ScalarType, _ shape: Shape,
    file: String = #fileID, line: Int = #line
  ) -> Value {
    let type = TensorType(scalarType, shape)
    return attempt([], like: type, at: SourceLocation(file: file, line: line)) {
      () throws(Diagnostic) in
      try declare(.input, name, type, SourceLocation(file: file, line: line))
    }
  }

  /// Declares a value that is kept from run to run and may be trained.
  ///
  /// Mistakes: `.duplicateName`, `.invalidType`, or `.invalidArgument` where the name is not an
  /// identifier; `.invalidType` or `.scalarTypeMismatch` for initial values that the scalar type
  /// cannot hold.
  public func parameter(
    _ name: String, _ scalarType: ScalarType, _ shape: Shape, _ initializer: Initializer = .zeros,
    file: String = #fileID, line: Int = #line
  ) -> Value {
    let type = TensorType(scalarType, shape)
    let location = SourceLocation(file: file, line: line)
    return attempt([], like: type, at: location) { () throws(Diagnostic) in
      let checked: Initializer
      do throws(Diagnostic) {
        checked = try initializer.checked(for: type)
      } catch {
        throw error.at(node: name).located(at: currentLocation ?? location)
      }
      return try declare(.parameter(checked), name, type, location)
    }
  }

  /// Declares a result under a name.
  ///
  /// Mistakes: `.duplicateName`, `.invalidArgument` where the name is not an identifier, or for a value of
  /// another builder.
  public func output(
    _ name: String, _ value: Value, file: String = #fileID, line: Int = #line
  ) {
    let checked = attempt([value], at: SourceLocation(file: file, line: line)) {
      () throws(Diagnostic) in
      try addOutput(name, value.id)
      return value
    }
    // What is declared wrongly is declared all the same: that nothing is would be a second mistake.
    if isPoisoned(checked) { outputs.append(Graph.Output(name: name, value: checked.id)) }
  }

  /// Adds an output that is a value of this builder.
  func addOutput(_ name: String, _ value: ValueID) throws(Diagnostic) {
    try check(name)
    guard outputNames.insert(name).inserted else { throw GraphRules.duplicateOutput(name) }
    outputs.append(Graph.Output(name: name, value: value))
  }

  /// Declares the value that a parameter takes after each run.
  ///
  /// Mistakes: `.invalidArgument` where `parameter` is not a parameter or has an update already, or for a
  /// value of another builder; `.shapeMismatch` where the types differ.
  public func update(
    _ parameter: Value, to value: Value, file: String = #fileID, line: Int = #line
  ) {
    _ = attempt([parameter, value], at: SourceLocation(file: file, line: line)) {
      () throws(Diagnostic) in
      try addUpdate(of: parameter.id, to: value.id)
      return value
    }
  }

  /// Adds the next value of a parameter, both of this builder.
  func addUpdate(of parameter: ValueID, to value: ValueID) throws(Diagnostic) {
    let name = "%\(label(of: parameter.node))"
    guard case .parameter = nodes[parameter.node].kind else {
      throw GraphRules.updateOfNoParameter(name)
    }
    guard type(of: parameter) == type(of: value) else {
      throw GraphRules.update(of: name, type(of: parameter), to: type(of: value))
    }
    guard updatedParameters.insert(parameter.node).inserted else {
      throw GraphRules.secondUpdate(of: name)
    }
    updates.append(Graph.Update(parameter: parameter.node, value: value))
  }

  /// The graph of everything declared so far.
  ///
  /// - Throws: all mistakes in one: the only one as it is, several as the notes of one that has the code and
  ///   the place of the first. Each note begins with file and line. Beyond 100 they are counted and not
  ///   listed. Also `.invalidGraph` where there is no output and no update.
  public func build() throws(Diagnostic) -> Graph {
    if outputs.isEmpty, updates.isEmpty, mistakes.isEmpty {
      throw GraphRules.computesNothing(name)
    }
    try refuseMistakes()
    try check(name)
    guard nodes.count <= GraphLimits.nodes else { throw GraphLimits.tooManyNodes(name) }
    let graph = Graph(
      name: name, nodes: nodes, outputs: outputs, updates: updates, nodesByName: nodesByName)
    return examples.isEmpty ? graph : graph.removing(examples)
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
  /// The first result of an operator.
  ///
  /// A mistake without a place is placed at the innermost caller outside this package.
  ///
  /// - Parameter type: The type that the result counts as where a mistake poisons it; that of the first operand
  ///   where nil.
  package func apply(
    _ operation: any Operator, _ operands: [Value], like type: TensorType? = nil,
    at location: SourceLocation? = nil
  ) -> Value {
    // A pass, or a composite, that is at work knows the place better than the rule that it calls.
    attempt(operands, like: type, at: currentLocation ?? location) { () throws(Diagnostic) in
      try results(of: operation, operands, at: location)[0]
    }
  }

  /// All results of an operator on values of this builder.
  ///
  /// - Throws: what the operator says of its operands, with its mnemonic in front.
  package func results(
    of operation: any Operator, _ operands: [Value], at location: SourceLocation? = nil
  ) throws(Diagnostic) -> [Value] {
    do throws(Diagnostic) {
      var types = try operation.resultTypes(for: operands.map(\.type))
      for type in types { try check(type) }
      types = sharing(types, with: operands)
      if let known = rewrites?[Swift.type(of: operation)], !known.isEmpty,
        let replacement = rewritten(operation, OperandList(operands.map(\.id)), types, by: known)
      {
        return replacement
      }
      if expandsComposites, let composite = operation.composite {
        return try expanded(composite, operands, types)
      }
      let node = insert(
        Node(
          kind: .operation(operation), operands: operands.map(\.id), resultTypes: types, name: nil,
          location: currentLocation ?? location, provenance: currentProvenance,
          history: currentHistory))
      return types.indices.map { Value(self, ValueID(node: node, result: $0)) }
    } catch {
      throw error.prefixed(with: operation.mnemonic)
    }
  }

  /// Adds a node as it is, for it has been checked, and returns its number, or that of an equal node
  /// where these are merged.
  @discardableResult
  package func insert(_ node: consuming Node) -> Int {
    if mergesEqualNodes, let equal = nodesByContent.enter(node, as: nodes.count, in: nodes) {
      return equal
    }
    return appendUnmerged(node)
  }

  /// Adds a node as it is, also where an equal one is known.
  package func appendUnmerged(_ node: consuming Node) -> Int {
    if let name = node.name { nodesByName[name] = nodes.count }
    nodes.append(node)
    return nodes.count - 1
  }

  /// What a node of another graph has become here.
  package enum Transferred {
    /// A node, this or an equal one, with all results.
    case node(Int)
    /// Values that a rewrite put in the place of its results.
    case values([Value])
  }

  /// Adds a node of another graph, its operands renumbered, unless a rewrite or an equal node takes
  /// its place.
  ///
  /// Its types hold here as they did there, so they are not derived again.
  package func transfer(_ node: consuming Node) -> Transferred {
    if let replacement = replacement(for: node) { return .values(replacement) }
    return .node(insert(node))
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

  /// Whether no rewrite and no earlier equal node takes the place of a node that is here already.
  ///
  /// Nodes that are made on the way are behind all others, and mean that it is not kept.
  func keepsNode(_ index: Int) -> Bool {
    let count = nodes.count
    let node = nodes[index]
    if replacement(for: node) != nil || nodes.count > count { return false }
    return !mergesEqualNodes || nodesByContent.enter(node, as: index, in: nodes) == nil
  }

  /// Names a node.
  package func setName(_ name: String, of node: Int) throws(Diagnostic) {
    if nodes[node].name == name { return }
    try check(name)
    guard nodesByName[name] == nil else { throw GraphRules.duplicateNode(name) }
    if let old = nodes[node].name {
      switch nodes[node].kind {
      case .operation: nodesByName[old] = nil
      case .input, .parameter:
        throw Diagnostic(
          .invalidArgument, "the \(nodes[node].mnemonic) \(old) cannot be renamed to \(name)")
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

  /// Adds an input or a parameter.
  func declare(
    _ kind: Node.Kind, _ name: String, _ type: TensorType, _ location: SourceLocation,
    provenance: Provenance? = nil
  ) throws(Diagnostic) -> Value {
    try check(name)
    do throws(Diagnostic) { try check(type) } catch { throw error.at(node: name) }
    guard nodesByName[name] == nil else { throw GraphRules.duplicateNode(name) }
    let node = Node(
      kind: kind, operands: [], resultTypes: [type], name: name, location: location,
      provenance: provenance ?? currentProvenance)
    return Value(self, ValueID(node: insert(node)))
  }

  private func check(_ name: String) throws(Diagnostic) {
    if let fault = Identifier.fault(in: name, "a name") {
      throw Diagnostic(.invalidArgument, fault)
    }
  }

  private func check(_ type: TensorType) throws(Diagnostic) {
    if let fault = GraphRules.fault(in: type) { throw fault }
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
