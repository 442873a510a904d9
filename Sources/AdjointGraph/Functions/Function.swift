import AdjointCore
import Synchronization

/// A named graph with typed inputs and outputs that other graphs call.
///
/// <!-- given: x: Value, w: Value -->
/// ```swift
/// let types = [TensorType(.f32, ["B", 3]), TensorType(.f32, [3, 2])]
/// let layer = try Function("layer", types) { relu(matmul($0[0], $0[1])) }
/// let hidden = layer(x, w)
/// ```
///
/// A function depends on its inputs alone: it has no parameters and updates nothing. Dimensions that its inputs
/// have by name stand for those of the operands, at each call for others. It can call functions that there are
/// already, so that none calls itself.
///
/// What a graph calls is one node, `call`, and is printed, differentiated and rewritten as such; a pass puts the
/// nodes of the body in its place before kernels are made.
public struct Function: Sendable {
  /// What copies of a function share.
  final class Storage: Sendable {
    let body: Graph
    let vectorJacobianProduct: Function?
    let jacobianVectorProduct: Function?
    /// 1 more than that of the functions it calls.
    let depth: Int
    /// The nodes of the body with those of what it calls in place of the calls.
    let expandedNodeCount: Int
    let hash: Int
    /// Functions derived from this one, by what they are.
    let derived = Mutex<[String: Function?]>([:])
    let dependences = Mutex<[[OperandDependence]]?>(nil)
    /// Bodies for operands of other types than the declared ones, a few at a time.
    let specialized = Mutex<[[TensorType]: Graph]>([:])

    init(_ body: Graph, _ vjp: Function?, _ jvp: Function?) {
      self.body = body
      vectorJacobianProduct = vjp
      jacobianVectorProduct = jvp
      let called = body.nodes.flatMap(\.functions) + [vjp, jvp].compactMap { $0 }
      depth = 1 + (called.map(\.storage.depth).max() ?? 0)
      expandedNodeCount = body.expandedNodeCount
      var hasher = Hasher()
      hasher.combine(body.name)
      for node in body.nodes { hasher.combine(node.contentHash) }
      hash = hasher.finalize()
    }
  }

  /// Calls are not nested deeper than this.
  package static let maximumDepth = 64

  let storage: Storage

  /// The graph that a call stands for.
  public var body: Graph { storage.body }
  /// The name of the function.
  public var name: String { body.name }
  /// What a call takes, in order.
  public var inputs: [Graph.Port] { body.inputs }
  /// What a call gives, in order.
  public var outputs: [Graph.Port] { body.outputs }
  /// The function that gives the cotangents of the operands, where one was supplied.
  public var vectorJacobianProduct: Function? { storage.vectorJacobianProduct }
  /// The function that gives the tangents of the results, where one was supplied.
  public var jacobianVectorProduct: Function? { storage.jacobianVectorProduct }

  /// The function that a graph is.
  ///
  /// - Throws: `.invalidGraph` for a graph with parameters or updates, or without outputs; `.memoryLimit` for
  ///   functions nested deeper than 64 calls.
  public init(_ body: Graph) throws(Diagnostic) { try self.init(body, vjp: nil, jvp: nil) }

  /// A function with derivatives of its own, which have been checked.
  init(_ body: Graph, vjp: Function?, jvp: Function?) throws(Diagnostic) {
    if let parameter = body.parameters.first {
      throw Diagnostic(
        .invalidGraph,
        "the function \(body.name) has the parameter \(parameter.name); a function has inputs only, "
          + "so pass the parameter as an operand", node: parameter.name)
    }
    guard body.updates.isEmpty, !body.outputList.isEmpty else {
      throw Diagnostic(
        .invalidGraph,
        "the function \(body.name) \(body.outputList.isEmpty ? "has no output" : "has updates"); "
          + "a function gives outputs and updates nothing")
    }
    storage = Storage(body, vjp, jvp)
    guard storage.depth <= Self.maximumDepth else {
      throw Diagnostic(
        .memoryLimit,
        "the function \(body.name) nests calls \(storage.depth) deep, and they may be nested "
          + "\(Self.maximumDepth) deep; call fewer functions within each other")
    }
    guard storage.expandedNodeCount <= GraphLimits.nodes else {
      throw Diagnostic(
        .memoryLimit,
        "the function \(body.name) stands for more than \(GraphLimits.nodes) nodes, the most there may be; "
          + "call fewer functions")
    }
  }

  /// Builds a function of inputs of the given types, whose only output is called `result`.
  ///
  /// - Parameters:
  ///   - name: The name, an identifier.
  ///   - inputs: The types of the inputs, which are called `x0`, `x1`, …
  ///   - body: What the function computes of its inputs.
  /// - Throws: what `GraphBuilder.build()` throws of the body, and what `init(_:)` does.
  public init(
    _ name: String, _ inputs: [TensorType], file: String = #fileID, line: Int = #line,
    _ body: ([Value]) -> Value
  ) throws(Diagnostic) {
    try self.init(name, inputs, file: file, line: line) { values, builder in
      builder.output("result", body(values), file: file, line: line)
    }
  }

  /// Builds a function of inputs of the given types with several outputs, called `result0`, `result1` and so on.
  ///
  /// - Throws: what `GraphBuilder.build()` throws of the body, and what `init(_:)` does.
  public init(
    _ name: String, _ inputs: [TensorType], file: String = #fileID, line: Int = #line,
    results body: ([Value]) -> [Value]
  ) throws(Diagnostic) {
    try self.init(name, inputs, file: file, line: line) { values, builder in
      for (number, value) in body(values).enumerated() {
        builder.output("result\(number)", value, file: file, line: line)
      }
    }
  }

  private init(
    _ name: String, _ inputs: [TensorType], file: String, line: Int,
    _ declare: ([Value], GraphBuilder) -> Void
  ) throws(Diagnostic) {
    let builder = GraphBuilder(name)
    let values = inputs.enumerated().map { number, type in
      builder.input("x\(number)", type.scalarType, type.shape, file: file, line: line)
    }
    declare(values, builder)
    try self.init(try builder.build())
  }

  /// How each output depends on each input, found out once.
  package func dependences(_ find: (Graph) -> [[OperandDependence]]) -> [[OperandDependence]] {
    if let known = storage.dependences.withLock({ $0 }) { return known }
    let found = find(body)
    storage.dependences.withLock { $0 = found }
    return found
  }

  /// The function of a key, or that there is none, found out once.
  package func derived(
    _ key: String, _ make: () throws(Diagnostic) -> Function?
  ) throws(Diagnostic) -> Function? {
    if let known = storage.derived.withLock({ $0[key] }) { return known }
    // Made outside the lock: what is made may derive others of this one. Of two made at a time one is kept.
    let made = try make()
    return storage.derived.withLock { derived in
      if let known = derived[key] { return known }
      derived[key] = .some(made)
      return made
    }
  }
}

extension Function: Hashable, CustomStringConvertible {
  /// Whether both have the same name, compute the same in the same way, and have the same derivatives.
  public static func == (left: Function, right: Function) -> Bool {
    left.storage === right.storage
      || left.storage.hash == right.storage.hash && left.body.isEqual(to: right.body)
        && left.vectorJacobianProduct == right.vectorJacobianProduct
        && left.jacobianVectorProduct == right.jacobianVectorProduct
  }

  /// Hashes the name and what the nodes compute.
  public func hash(into hasher: inout Hasher) { hasher.combine(storage.hash) }

  /// The name with the types: `layer(x0: f32[B, 3], x1: f32[3, 2]) -> (result: f32[B, 2])`.
  public var description: String {
    let list = { (ports: [Graph.Port]) in ports.map(\.description).joined(separator: ", ") }
    return "\(name)(\(list(inputs))) -> (\(list(outputs)))"
  }
}

extension Graph {
  /// The same graph under another name.
  package func renamed(_ name: String) -> Graph {
    Graph(
      name: name, nodes: nodes, outputs: outputList, updates: updates, nodesByName: nodesByName)
  }

  /// The number of nodes with those of the bodies in place of the calls; at most one more than a graph may
  /// have, whatever is called how often.
  package var expandedNodeCount: Int {
    var count = 0
    for node in nodes {
      let called = node.functions.reduce(0) { $0 + $1.storage.expandedNodeCount }
      count = min(count + max(called, 1), GraphLimits.nodes + 1)
    }
    return count
  }

  /// Whether both have the same nodes in the same order, the same names and the same outputs and updates.
  package func isEqual(to other: Graph) -> Bool {
    name == other.name && outputList == other.outputList && updates == other.updates
      && nodes.count == other.nodes.count
      && zip(nodes, other.nodes).allSatisfy { $0.isEqual(to: $1) }
  }
}

extension Node {
  /// Whether both declare or compute the same, under the same name.
  fileprivate func isEqual(to other: Node) -> Bool {
    guard name == other.name, resultTypes == other.resultTypes, operands == other.operands else {
      return false
    }
    switch (kind, other.kind) {
    case (.input, .input): return true
    case (.parameter(let initializer), .parameter(let known)): return initializer == known
    case (.operation, .operation): return computesTheSame(as: other)
    default: return false
    }
  }
}
