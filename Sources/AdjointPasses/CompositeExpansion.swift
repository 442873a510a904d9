import AdjointCore
import AdjointGraph
import AdjointOperators

extension Pass {
  /// Puts what composites stand for in their place, composites within composites too.
  ///
  ///     %y = silu(%x)     →     %0 = sigmoid(%x)
  ///                             %y = multiply(%x, %0)
  ///
  /// Equal nodes become one, so that what a derivative repeats of the expansion is computed once. Where a
  /// composite is written by a user, stable forms are applied on the way, since a formula may lie on both
  /// sides of where it ends.
  public static let compositeExpansion = Pass(
    "composites", "put what composites stand for in their place"
  ) { (graph, log) throws(Diagnostic) in
    guard graph.hasComposites() else { return graph }
    guard graph.expandedNodeCount <= GraphLimits.nodes else {
      throw GraphLimits.tooManyNodes(graph.name)
    }
    var rewriter = GraphRewriter()
    rewriter.live = graph.liveNodes
    if graph.hasComposites(where: \.takesRewrites) {
      rewriter.rewrites = StandardRewrites.stableForms
    }
    rewriter.log = log
    rewriter.mergesEqualNodes = true
    rewriter.expandsComposites = true
    return try rewriter.rewrite(graph)
  }
}
