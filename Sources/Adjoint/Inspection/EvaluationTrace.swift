import AdjointCore
import AdjointGraph
import AdjointPasses

/// Every value of a small graph at one point, with its tangent and its adjoint and the rule that gave
/// each: the tables by which automatic differentiation is explained.
///
/// The tangent of a value v is its change ∂v/∂x along the chosen input x (along all its elements at
/// once where it is not a scalar), the adjoint ∂y/∂v of the chosen output y (of the sum of its
/// elements where it is not a scalar).
///
/// Source of the form: Bishop and Bishop, "Deep Learning", Springer 2024, section 8.2.
public struct EvaluationTrace: Hashable, Sendable {
  /// One value.
  public struct Row: Hashable, Sendable {
    /// The name of the value, as the graph prints it.
    public let name: String
    /// The operator with its operands, or `input`, or `parameter`.
    public let formula: String
    /// The value itself.
    public let primal: Tensor
    /// The tangent; nil for values that are not floating point.
    public let tangent: Tensor?
    /// What the derivative rule of the value's operator makes the tangent of: operators on values,
    /// and on tangents, which are marked with a dot.
    public let tangentRule: String
    /// The adjoint; nil for values that are not floating point.
    public let adjoint: Tensor?
    /// What the derivative rules of the value's children make the adjoint of: operators on values,
    /// and on adjoints, which are marked with a bar.
    public let adjointRule: String
  }

  /// The output whose adjoints are shown.
  public let output: String
  /// The input or parameter along which tangents are shown.
  public let direction: String
  /// The values in the order of the graph.
  public let rows: [Row]

  /// The most nodes a graph that is traced may have.
  public static let maximumNodeCount = 200
  /// The most elements that the values of a graph that is traced may have together.
  public static let maximumElementCount = 1 << 20

  /// Evaluates a graph whose dimensions are bound, with its derivatives in both directions, after the
  /// standard passes: what compiling it computes.
  ///
  /// A row has the name that the user gave where the passes keep its node. Without a name, the output is `loss` or the only floating-point one, and the direction the first
  /// floating-point input or, where there is none, parameter. Parameters that are not given have
  /// their initial values.
  ///
  /// - Throws: `.invalidArgument` for a graph that is too large to read, or takes the interpreter too
  ///   long; `.unboundDimension`;
  ///   `.unknownName`; `.missingInput` that lists all inputs without a value; `.shapeMismatch`.
  public init(
    of graph: Graph, output: String? = nil, along direction: String? = nil,
    sources: [String: Tensor] = [:], seed: UInt64 = 0
  ) throws(Diagnostic) {
    try Self.checkSize(of: graph)
    try graph.checkBound()
    try self.init(
      asWritten: Pipeline.standard(graph), output: output, along: direction, sources: sources,
      seed: seed)
  }

  /// Evaluates a graph whose dimensions are bound, with its derivatives in both directions, as it is
  /// written: a row for each of its nodes, with whatever a formula makes of extreme arguments.
  ///
  /// - Throws: as `init(of:output:along:sources:seed:)`.
  public init(
    asWritten graph: Graph, output: String? = nil, along direction: String? = nil,
    sources: [String: Tensor] = [:], seed: UInt64 = 0
  ) throws(Diagnostic) {
    try Self.checkSize(of: graph)
    try graph.checkBound()
    self.output = try graph.differentiableOutput(named: output)
    self.direction = try Self.direction(direction, in: graph)
    let tensors = try graph.sourceTensors(sources, seed: seed)
    rows = try EvaluationTraceBuilder(graph, self.output, self.direction).rows(tensors)
  }

  private static func checkSize(of graph: Graph) throws(Diagnostic) {
    let elements = graph.nodes.reduce(into: 0.0) { sum, node in
      for type in node.resultTypes { sum += Double(type.shape.elementCount ?? 0) }
    }
    guard graph.nodeCount <= maximumNodeCount, elements <= Double(maximumElementCount) else {
      throw Diagnostic(
        .invalidArgument,
        "a trace is for small graphs, of at most \(maximumNodeCount) nodes and "
          + "\(maximumElementCount) elements; \(graph.name) has \(graph.nodeCount) nodes and "
          + "\(Int(clampedConversion: elements)) elements; trace a part, or bind smaller dimensions"
      )
    }
  }

  private static func direction(
    _ name: String?, in graph: Graph
  ) throws(Diagnostic) -> String {
    let candidates = (graph.inputs + graph.parameters).filter {
      $0.type.scalarType.isDifferentiable
    }
    let chosen = name.map { name in candidates.first { $0.name == name } } ?? candidates.first
    guard let chosen else {
      let known = candidates.map(\.name).joined(separator: ", ")
      throw Diagnostic(
        .unknownName,
        "\(name ?? "the graph \(graph.name)") is no floating-point input or parameter along which "
          + "tangents could be taken; there are \(known.isEmpty ? "none" : known)")
    }
    return chosen.name
  }
}
