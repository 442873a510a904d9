import AdjointCore
import AdjointGraph
import AdjointKernels

/// The fusion report as human-readable text.
package enum FusionReportPrinter {
  /// Contractions in the order in which they run.
  package static func text(_ report: FusionReport, of graph: Graph) -> String {
    let count = report.entries.count
    var lines = [
      "\(count) contraction\(count == 1 ? "" : "s"), \(report.fusedCount) with something fused into them: "
        + "\(report.savedByteCount) bytes a run that are neither written nor read"
    ]
    for entry in report.entries.sorted(by: { $0.step < $1.step }) {
      let product = entry.contraction
      lines += [
        "",
        "step \(entry.step): \(product.scalarType.rawValue) "
          + (product.batch == 1 ? "" : "\(product.batch) × ")
          + "[\(product.rows), \(product.inner)] · [\(product.inner), \(product.columns)]  "
          + names(entry.nodes, graph),
      ]
      lines += entry.fused.map { fused in
        "  fuses   \(text(fused, product.scalarType, graph)): \(fused.savedByteCount) bytes"
      }
      lines += entry.rejected.map { rejection in
        "  rejects \(names(rejection.nodes, graph)): \(text(rejection.reason, graph))"
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  package static func text(
    _ fused: FusionReport.Fused, _ type: ScalarType, _ graph: Graph
  ) -> String {
    func number(_ value: Double) -> String { type == .f32 ? "\(Float(value))" : "\(value)" }
    switch fused.fusion {
    case .leftTranspose: return "the left operand as it lies, transposed"
    case .rightTranspose: return "the right operand as it lies, transposed"
    case .sum(let scale, let addendScale, let addend, let parameter):
      // The sum of what several children contribute to an adjoint.
      let isFanOut = fused.nodes.contains { graph.nodes[$0].provenance?.role == .accumulation }
      let what = parameter != nil ? "update" : isFanOut ? "fan-out sum" : "sum"
      let times = addendScale == 1 ? "" : "\(number(addendScale)) · "
      return names(fused.nodes, graph) + " (\(what) with \(times)\(text(addend, graph))"
        + (scale == 1 ? "" : ", scaled by \(number(scale))") + ", in its place)"
    case .epilogue(let rows, let points):
      let operands =
        rows.map { "\(text($0, graph)) for every row" } + points.map { text($0, graph) }
      return names(fused.nodes, graph) + " (element by element"
        + (operands.isEmpty ? "" : " with " + operands.joined(separator: ", ")) + ")"
    case .copy(let sides):
      return names(fused.nodes, graph) + " ("
        + sides.map(text).joined(separator: ", ") + " through its strides)"
    }
  }

  private static func text(_ side: FusionReport.Side) -> String {
    switch side {
    case .left: "the left operand read"
    case .right: "the right operand read"
    case .result: "the result stored"
    }
  }

  package static func text(_ reason: FusionReport.Reason, _ graph: Graph) -> String {
    switch reason {
    case .isRead(let value, let nodes):
      "\(text(value, graph)) is also read by \(names(nodes, graph))"
    case .isOutput(let value): "\(text(value, graph)) is an output"
    case .hasAddend: "the product has an addend already"
    case .mayNotBeWritten(let value): "\(text(value, graph)) may not be written over"
    case .nonPointwiseLoad(let value, let manner):
      "\(text(value, graph)) is read through a \(manner.rawValue)"
    case .isReduction: "it is a reduction"
    case .nonPointwiseStore: "it does not store element by element"
    case .iterationSpaceMismatch: "its iteration space is not that of the product"
    case .notYetAvailable(let value): "\(text(value, graph)) is not computed yet"
    case .noResultOf(let type): "it stores nothing of \(type.rawValue)"
    case .overwrites(let value): "\(text(value, graph)) would have to be copied"
    case .tooLong: "the program would be too long"
    case .noStrides: "no strides of a matrix stand for it"
    case .otherContraction(let nodes): "it goes into \(names(nodes, graph))"
    }
  }

  private static func text(_ source: FusionReport.Source, _ graph: Graph) -> String {
    switch source {
    case .port(let name): "%" + name
    case .node(let number): "%" + graph.label(of: number)
    case .constant: "a constant"
    }
  }

  private static func names(_ nodes: [Int], _ graph: Graph) -> String {
    PlanAssembly.label(nodes) { graph.label(of: $0) }
  }
}
