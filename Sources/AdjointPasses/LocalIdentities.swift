import AdjointCore
import AdjointGraph

// The identities stand with the operators they belong to; these passes only say which are tried.
extension Pass {
  /// Applies the operators' algebraic identities, such as x + 0 → x.
  public static let identities = Pass(
    "identities", "apply the algebraic identities of the operators"
  ) { (graph) throws(Diagnostic) in
    try rewritten(graph, by: .identity)
  }

  /// Replaces formulas that overflow or cancel by equal ones that do not, such as
  /// log(1 + exp(x)) → softplus(x).
  public static let stableForms = Pass(
    "stable-forms", "replace formulas that overflow or cancel"
  ) { (graph) throws(Diagnostic) in
    try rewritten(graph, by: .stableForm)
  }

  /// Takes transposes into the contractions that read or give them.
  public static let contractions = Pass(
    "contractions", "take transposes into contractions"
  ) { (graph) throws(Diagnostic) in
    try rewritten(graph, by: .contraction)
  }

  private static func rewritten(
    _ graph: Graph, by family: Rewrite.Family
  ) throws(Diagnostic) -> Graph {
    // Most graphs have no operator that some family is about, and need not be copied to find that out.
    guard graph.hasIdentities(of: family) else { return graph }
    var rewriter = GraphRewriter()
    rewriter.live = graph.liveNodes
    rewriter.families = [family]
    // A pattern matches a value whichever of two equal nodes computes it.
    rewriter.mergesEqualNodes = true
    return try rewriter.rewrite(graph)
  }
}
