import AdjointCore
import AdjointGraph

/// A change of a graph that leaves what it computes as it is: a value with a name and a function.
public struct Pass: Sendable {
  /// The name by which reports and the command line know it.
  public let name: String
  /// What it does, in one line.
  public let summary: String
  private let transform: @Sendable (Graph, RewriteLog?) throws(Diagnostic) -> Graph

  package init(
    _ name: String, _ summary: String,
    transform: @escaping @Sendable (Graph) throws(Diagnostic) -> Graph
  ) {
    self.init(name, summary) { (graph, _) throws(Diagnostic) in try transform(graph) }
  }

  /// A pass that applies rewrites, and takes down which where in the log, if there is one.
  package init(
    _ name: String, _ summary: String,
    rewriting transform: @escaping @Sendable (Graph, RewriteLog?) throws(Diagnostic) -> Graph
  ) {
    self.name = name
    self.summary = summary
    self.transform = transform
  }

  /// The graph after the pass, and the functions that it calls after it too, each once; inputs, parameters,
  /// outputs and updates keep names and types.
  ///
  /// - Throws: whatever an operator says of a graph that is not valid.
  public func callAsFunction(_ graph: Graph) throws(Diagnostic) -> Graph {
    try self(graph, log: nil)
  }

  /// The same, with the rewrites that were applied in a log.
  package func callAsFunction(_ graph: Graph, log: RewriteLog?) throws(Diagnostic) -> Graph {
    let mapped = try graph.mappingFunctions { (body) throws(Diagnostic) in
      try transform(body, log)
    }
    return try transform(mapped, log)
  }
}
