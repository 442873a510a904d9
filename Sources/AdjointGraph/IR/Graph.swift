import AdjointCore

/// A computation, fixed once built: nodes in topological order, so that it cannot have a cycle.
public struct Graph: Sendable {
  /// A named place where values enter or leave a graph.
  public struct Port: Hashable, Sendable, CustomStringConvertible {
    /// The name, unique among the ports of its kind.
    public let name: String
    /// The scalar type and the shape.
    public let type: TensorType

    /// The name and the type: `loss: f32[]`.
    public var description: String { "\(name): \(type)" }
  }

  /// A result with the name it has outside.
  package struct Output: Hashable, Sendable {
    package var name: String
    package var value: ValueID

    package init(name: String, value: ValueID) {
      self.name = name
      self.value = value
    }
  }

  /// The value a parameter has after a run.
  package struct Update: Hashable, Sendable {
    /// The parameter's node.
    package var parameter: Int
    package var value: ValueID

    package init(parameter: Int, value: ValueID) {
      self.parameter = parameter
      self.value = value
    }
  }

  /// The name of the graph.
  public let name: String
  package let nodes: [Node]
  package let outputList: [Output]
  package let updates: [Update]
  private let labels: NodeLabels
  /// Nodes by the names they were given; of two with one name the first.
  let nodesByName: [String: Int]
  /// The places of outputs by name; of two with one name the first.
  let outputsByName: [String: Int]

  package init(name: String, nodes: [Node], outputs: [Output], updates: [Update]) {
    var nodesByName: [String: Int] = [:]
    for (index, node) in nodes.enumerated() {
      if let name = node.name, nodesByName[name] == nil { nodesByName[name] = index }
    }
    self.init(
      name: name, nodes: nodes, outputs: outputs, updates: updates, nodesByName: nodesByName)
  }

  /// A graph whose nodes have been found by their names already.
  init(
    name: String, nodes: [Node], outputs: [Output], updates: [Update], nodesByName: [String: Int]
  ) {
    self.name = name
    self.nodes = nodes
    labels = NodeLabels(nodes)
    self.outputList = outputs
    self.updates = updates
    self.nodesByName = nodesByName
    outputsByName = Dictionary(
      zip(outputs.map(\.name), outputs.indices), uniquingKeysWith: { first, _ in first })
  }

  /// The values the caller gives for each run, in order of declaration.
  public var inputs: [Port] {
    nodes.compactMap { node in
      guard case .input = node.kind, let name = node.name else { return nil }
      return Port(name: name, type: node.resultTypes[0])
    }
  }

  /// The values kept from run to run, in order of declaration.
  public var parameters: [Port] {
    nodes.compactMap { node in
      guard case .parameter = node.kind, let name = node.name else { return nil }
      return Port(name: name, type: node.resultTypes[0])
    }
  }

  /// The results, in order of declaration.
  public var outputs: [Port] {
    outputList.map { Port(name: $0.name, type: type(of: $0.value)) }
  }

  /// The names of dimensions that are still to be bound, each once, in order of appearance.
  public var dimensionNames: [String] {
    var seen: Set<String> = []
    var names: [String] = []
    for node in nodes {
      for type in node.resultTypes {
        for name in type.shape.names where seen.insert(name).inserted { names.append(name) }
      }
    }
    return names
  }

  /// The number of nodes, inputs and parameters included.
  public var nodeCount: Int { nodes.count }

  /// The number of nodes that play a role in a derivative or an update; with nil, of those that the
  /// user wrote.
  public func nodeCount(of role: Provenance.Role?) -> Int {
    nodes.count { $0.provenance?.role == role }
  }

  package func type(of value: ValueID) -> TensorType {
    nodes[value.node].resultTypes[value.result]
  }

  /// The name of a node in print: its own, or its number among the unnamed nodes.
  package func label(of node: Int) -> String { labels[node] }

  /// Appends the name of a node in print.
  func appendLabel(of node: Int, to buffer: inout TextBuffer) { labels.append(node, to: &buffer) }

  /// The node of the input or parameter with a name.
  package func source(named name: String) -> Int? {
    guard let node = nodesByName[name], nodes[node].operatorType == nil else { return nil }
    return node
  }
}
