import AdjointCore
import AdjointGraph

/// A change of a graph that leaves what it computes as it is: a value with a name and a function.
public struct Pass: Sendable {
  /// The name by which reports and the command line know it.
  public let name: String
  /// What it does, in one line.
  public let summary: String
  private let transform: @Sendable (Graph) throws(Diagnostic) -> Graph

  package init(
    _ name: String, _ summary: String,
    transform: @escaping @Sendable (Graph) throws(Diagnostic) -> Graph
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
    try transform(graph.mappingFunctions(transform))
  }
}
