import AdjointCore
import AdjointGraph
import AdjointKernels

/// The ledger for people: for each contraction what was taken in, what was not and why.
package enum FoldPrinter {
  /// Contractions in the order in which they run.
  package static func text(_ ledger: FoldLedger, of graph: Graph) -> String {
    let count = ledger.entries.count
    var lines = [
      "\(count) contraction\(count == 1 ? "" : "s"), \(ledger.foldedCount) with something taken in: "
        + "\(ledger.savedByteCount) bytes a run that are neither written nor read"
    ]
    for entry in ledger.entries.sorted(by: { $0.step < $1.step }) {
      let product = entry.contraction
      lines += [
        "",
        "step \(entry.step): \(product.scalarType.rawValue) "
          + (product.batch == 1 ? "" : "\(product.batch) × ")
          + "[\(product.rows), \(product.inner)] · [\(product.inner), \(product.columns)]  "
          + names(entry.nodes, graph),
      ]
      lines += entry.taken.map { taken in
        "  takes  \(text(taken, product.scalarType, graph)): \(taken.savedByteCount) bytes"
      }
      lines += entry.left.map { left in
        "  leaves \(names(left.nodes, graph)): \(text(left.reason, graph))"
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func text(
    _ taken: FoldLedger.Taken, _ type: ScalarType, _ graph: Graph
  ) -> String {
    func number(_ value: Double) -> String { type == .f32 ? "\(Float(value))" : "\(value)" }
    switch taken.fold {
    case .leftTranspose: return "the left operand as it lies, transposed"
    case .rightTranspose: return "the right operand as it lies, transposed"
    case .sum(let scale, let addendScale, let addend, let parameter):
      // The sum of what several children contribute to an adjoint.
      let isFanOut = taken.nodes.contains { graph.nodes[$0].provenance?.role == .accumulation }
      let what = parameter != nil ? "update" : isFanOut ? "fan-out sum" : "sum"
      let times = addendScale == 1 ? "" : "\(number(addendScale)) · "
      return names(taken.nodes, graph) + " (\(what) with \(times)\(text(addend, graph))"
        + (scale == 1 ? "" : ", scaled by \(number(scale))") + ", in its place)"
    case .epilogue(let rows, let points):
      let operands =
        rows.map { "\(text($0, graph)) for every row" } + points.map { text($0, graph) }
      return names(taken.nodes, graph) + " (element by element"
        + (operands.isEmpty ? "" : " with " + operands.joined(separator: ", ")) + ")"
    case .copy(let sides):
      return names(taken.nodes, graph) + " ("
        + sides.map(text).joined(separator: ", ") + " through its strides)"
    }
  }

  private static func text(_ side: FoldLedger.Side) -> String {
    switch side {
    case .left: "the left operand read"
    case .right: "the right operand read"
    case .result: "the result stored"
    }
  }

  private static func text(_ reason: FoldLedger.Reason, _ graph: Graph) -> String {
    switch reason {
    case .isRead(let value, let nodes):
      "\(text(value, graph)) is also read by \(names(nodes, graph))"
    case .isOutput(let value): "\(text(value, graph)) is an output"
    case .hasAddend: "the product has an addend already"
    case .mayNotBeWritten(let value): "\(text(value, graph)) may not be written over"
    case .isReadElsewhere(let value, let manner):
      "\(text(value, graph)) is read through a \(manner.rawValue)"
    case .foldsPoints: "it folds points"
    case .storesElsewhere: "it does not store at the point"
    case .otherLoops: "its loops are not those of the product"
    case .comesLater(let value): "\(text(value, graph)) is not there yet"
    case .noResultOf(let type): "it stores nothing of \(type.rawValue)"
    case .overwrites(let value): "\(text(value, graph)) would have to be copied"
    case .tooLong: "the program would be too long"
    case .noStrides: "no strides of a matrix stand for it"
    case .otherContraction(let nodes): "it goes into \(names(nodes, graph))"
    }
  }

  private static func text(_ source: FoldLedger.Source, _ graph: Graph) -> String {
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
