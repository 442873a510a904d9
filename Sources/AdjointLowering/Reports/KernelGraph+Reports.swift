import AdjointGraph

extension KernelGraph {
  /// What was fused, with the numbers that steps have in a list.
  func reports(
    numberedAs steps: some Sequence<Step>
  ) -> (fusions: FusionReport, rows: RowFusionReport) {
    var (fusions, rows) = (fusionReport, rowFusionReport)
    for (number, step) in steps.enumerated() {
      if let entry = step.entry { fusions.entries[entry].step = number }
      if let group = step.group { rows.groups[group].step = number }
    }
    return (fusions, rows)
  }

  /// What the passes so far fused, and what they left apart and why, as text.
  package func reportText(of graph: Graph) -> String {
    let (fusions, rows) = reports(numberedAs: steps)
    return FusionReportPrinter.text(fusions, of: graph) + "\n"
      + RowFusionReportPrinter.text(rows, of: graph)
  }
}
