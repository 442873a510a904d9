import AdjointCore
import AdjointGraph
import AdjointOperators

// The rewrites stand in a list of their own; these passes only say which are tried.
extension Pass {
  /// Applies algebraic identities, such as x + 0 → x.
  public static let identities = Pass(
    "identities", "apply the algebraic identities of the operators"
  ) { (graph, log) throws(Diagnostic) in
    try rewritten(graph, by: StandardRewrites.identities, log)
  }

  /// Replaces formulas that overflow or cancel by equal ones that do not, such as
  /// log(1 + exp(x)) → softplus(x).
  public static let stableForms = Pass(
    "stable-forms", "replace formulas that overflow or cancel"
  ) { (graph, log) throws(Diagnostic) in
    try rewritten(graph, by: StandardRewrites.stableForms, log)
  }

  /// Takes transposes into the contractions that read or give them.
  public static let contractions = Pass(
    "contractions", "take transposes into contractions"
  ) { (graph, log) throws(Diagnostic) in
    try rewritten(graph, by: StandardRewrites.contractions, log)
  }

  private static func rewritten(
    _ graph: Graph, by rewrites: RewriteTable, _ log: RewriteLog?
  ) throws(Diagnostic) -> Graph {
    // Most graphs have no operator that these are about, and need not be copied to find that out.
    guard rewrites.hasAny(in: graph) else { return graph }
    var rewriter = GraphRewriter()
    rewriter.live = graph.liveNodes
    rewriter.rewrites = rewrites
    rewriter.log = log
    // A pattern matches a value whichever of two equal nodes computes it.
    rewriter.mergesEqualNodes = true
    return try rewriter.rewrite(graph)
  }
}
