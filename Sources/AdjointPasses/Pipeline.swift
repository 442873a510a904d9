import AdjointCore
import AdjointGraph

/// Passes in the order in which they run.
public struct Pipeline: Sendable {
  /// The passes, first to last.
  public let passes: [Pass]

  /// A pipeline of the given passes.
  public init(_ passes: [Pass]) { self.passes = passes }

  /// What runs before a graph is differentiated; composites stay.
  ///
  /// Stable forms come before the identities, which would hide some of their patterns, and before
  /// constants are folded into them; contractions come when operands have their final form; equal
  /// nodes are merged last, when there is no more that could make nodes equal.
  public static let standard = Pipeline([
    .deadNodes, .stableForms, .identities, .constantFolding, .contractions, .commonSubexpressions,
    .deadNodes,
  ])

  /// What runs before a graph is lowered.
  ///
  /// The standard passes, with composites expanded when formulas that were written out have become
  /// composites, and before the passes that need the plain operators; parts of a value are put side by side, read
  /// where they overlap or cut there, and selections go in front of products, when equal ones are one.
  public static let compilation = Pipeline([
    .deadNodes, .stableForms, .compositeExpansion, .identities, .constantFolding, .contractions,
    .commonSubexpressions, .disjointSums, .overlappingSums, .segmentedSums, .selections,
    .deadNodes,
  ])

  /// The graph after all passes.
  ///
  /// - Throws: whatever a pass throws.
  public func callAsFunction(_ graph: Graph) throws(Diagnostic) -> Graph {
    try self(graph) { _, _ in }
  }

  /// The graph after all passes; `observe` sees each pass with the graph it gives.
  ///
  /// - Throws: whatever a pass or the observer throws.
  public func callAsFunction(
    _ graph: Graph, observe: (Pass, Graph) throws(Diagnostic) -> Void
  ) throws(Diagnostic) -> Graph {
    try traced(graph) { (pass, graph, _) throws(Diagnostic) in try observe(pass, graph) }
  }

  /// The graph after all passes; `observe` sees each pass with the graph it gives and the rewrites it applied.
  ///
  /// - Throws: whatever a pass or the observer throws.
  package func traced(
    _ graph: Graph, observe: (Pass, Graph, RewriteLog) throws(Diagnostic) -> Void
  ) throws(Diagnostic) -> Graph {
    var graph = graph
    for pass in passes {
      let log = RewriteLog()
      graph = try pass(graph, log: log)
      try observe(pass, graph, log)
    }
    return graph
  }

  /// The names of the passes, each once, in the order in which they first run.
  public var passNames: [String] {
    var names: [String] = []
    for pass in passes where !names.contains(pass.name) { names.append(pass.name) }
    return names
  }

  /// The passes up to the first with a name.
  ///
  /// - Throws: `.unknownName` that lists the names.
  public func upTo(_ name: String) throws(Diagnostic) -> Pipeline {
    guard let last = passes.firstIndex(where: { $0.name == name }) else {
      throw Diagnostic(
        .unknownName,
        "there is no pass named \(name); the passes are \(passNames.joined(separator: ", "))")
    }
    return Pipeline(Array(passes[...last]))
  }
}
