import AdjointGraph

/// The ledger of rows for people.
package enum RowPrinter {
  /// Groups in the order in which they run, then what stays apart.
  package static func text(_ ledger: RowLedger, of graph: Graph) -> String {
    let count = ledger.groups.count
    var lines = [
      "\(count) group\(count == 1 ? "" : "s") of loop nests done row by row: "
        + "\(ledger.savedByteCount) bytes a run stay in a cache of \(ledger.cacheByteCount)"
    ]
    for group in ledger.groups.sorted(by: { $0.step < $1.step }) {
      lines += [
        "",
        "step \(group.step): \(group.nestCount) nests, \(group.rows) row\(group.rows == 1 ? "" : "s"), "
          + "\(group.savedByteCount) bytes",
        "  \(names(group.nodes, graph))",
      ]
    }
    if !ledger.apart.isEmpty { lines += ["", "apart"] }
    lines += ledger.apart.map { apart in
      "  \(names(apart.nodes, graph)) from \(names(apart.writers, graph)): \(text(apart.reason))"
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func text(_ reason: RowLedger.Reason) -> String {
    switch reason {
    case .noCommonRows: "they have no rows in common"
    case .tooManyNests: "the group is long enough"
    case .largeRow(let bytes, let cache):
      "a row of \(bytes) bytes is more than half the cache of \(cache)"
    case .fewRows(let rows, let bytes):
      "\(rows) row\(rows == 1 ? " is" : "s are") too few for threads to share \(bytes) bytes"
    case .shortRow(let points):
      "a row of \(points) point\(points == 1 ? "" : "s") is too short"
    case .overtakesReaders: "the parameter's old value is read between them"
    }
  }

  private static func names(_ nodes: [Int], _ graph: Graph) -> String {
    PlanAssembly.label(nodes) { graph.label(of: $0) }
  }
}
