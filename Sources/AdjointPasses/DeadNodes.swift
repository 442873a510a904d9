import AdjointCore
import AdjointGraph

extension Pass {
  /// Drops nodes that no output or update depends on.
  ///
  /// Inputs and parameters stay.
  public static let deadNodes = Pass(
    "dead-nodes", "drop nodes that nothing depends on"
  ) { (graph) throws(Diagnostic) in
    var rewriter = GraphRewriter()
    rewriter.live = graph.liveNodes
    return try rewriter.rewrite(graph)
  }
}
