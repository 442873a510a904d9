import AdjointGraph

/// The report on row fusion as human-readable text.
package enum RowFusionReportPrinter {
  /// Groups in the order in which they run, then what stays apart.
  package static func text(_ report: RowFusionReport, of graph: Graph) -> String {
    let count = report.groups.count
    var lines = [
      "\(count) group\(count == 1 ? "" : "s") of loop nests done row by row: "
        + "\(report.savedByteCount) bytes a run stay in a cache of \(report.cacheByteCount)"
    ]
    for group in report.groups.sorted(by: { $0.step < $1.step }) {
      lines += [
        "",
        "step \(group.step): \(group.nestCount) nests, \(group.rows) row\(group.rows == 1 ? "" : "s"), "
          + "\(group.savedByteCount) bytes",
        "  \(names(group.nodes, graph))",
      ]
    }
    if !report.apart.isEmpty { lines += ["", "apart"] }
    lines += report.apart.map { apart in
      "  \(names(apart.nodes, graph)) from \(names(apart.writers, graph)): \(text(apart.reason))"
    }
    return lines.joined(separator: "\n") + "\n"
  }

  package static func text(_ reason: RowFusionReport.Reason) -> String {
    switch reason {
    case .noCommonRows: "they have no rows in common"
    case .tooManyNests: "the group is long enough"
    case .largeRow(let bytes, let cache):
      "a row of \(bytes) bytes is more than half the cache of \(cache)"
    case .fewRows(let rows, let bytes):
      "\(rows) row\(rows == 1 ? " is" : "s are") too few for threads to share \(bytes) bytes"
    case .shortRow(let points):
      "a row of \(points) point\(points == 1 ? "" : "s") is too short"
    case .violatesWriteAfterRead: "the parameter's old value is read between them"
    }
  }

  private static func names(_ nodes: [Int], _ graph: Graph) -> String {
    PlanAssembly.label(nodes) { graph.label(of: $0) }
  }
}
