import AdjointCore
import AdjointGraph

extension Pass {
  /// Merges nodes with equal operators and equal operands.
  ///
  ///     %a = exp(%x)                 %a = exp(%x)
  ///     %b = exp(%x)           →     %c = add(%a, %a)
  ///     %c = add(%a, %b)
  public static let commonSubexpressions = Pass(
    "common-subexpressions", "compute equal nodes once"
  ) { (graph) throws(Diagnostic) in
    guard graph.hasEqualNodes else { return graph }
    var rewriter = GraphRewriter()
    rewriter.mergesEqualNodes = true
    return try rewriter.rewrite(graph)
  }
}
