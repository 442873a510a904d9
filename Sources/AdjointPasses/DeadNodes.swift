import AdjointCore
import AdjointGraph

extension Pass {
  /// Drops nodes that no output or update depends on.
  ///
  /// Inputs and parameters stay.
  public static let deadNodes = Pass(
    "dead-nodes", "drop nodes that nothing depends on"
  ) { (graph) throws(Diagnostic) in
    let live = graph.liveNodes
    if zip(graph.nodes, live).allSatisfy({ $1 || $0.operatorType == nil }) { return graph }
    var rewriter = GraphRewriter()
    rewriter.live = live
    return try rewriter.rewrite(graph)
  }
}
