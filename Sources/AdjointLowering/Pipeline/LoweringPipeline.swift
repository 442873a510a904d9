import AdjointCore

/// Kernel passes in the order in which they run.
///
/// Scheduling, the search for branches and the layout of the arena follow them, and have options instead:
/// they give no kernel graph.
package struct LoweringPipeline: Hashable, Sendable {
  /// The passes, first to last.
  package let passes: [KernelPass]

  package init(_ passes: [KernelPass]) { self.passes = passes }

  /// What runs between the operators' kernels and the plan.
  ///
  /// Numbers go into programs first, since they decide what is cheap to compute again. Products are cut
  /// before anything reads their parts. Element-wise work goes into its readers before it is offered to
  /// contractions, so that these see what is left of it; products with a vector that share a matrix become
  /// nests while they are still plain products. Sums go into contractions before other epilogues, which could
  /// not write over an addend any more, and copies after both, which want row-major results. Rows come when
  /// no nest changes any more, and neighbours are merged when it is known which steps are no groups.
  package static let standard = LoweringPipeline([
    .uniformConstants, .splitInner, .producerFusion, .sharedMatrixVectorFusion, .addendFusion,
    .epilogueFusion, .copyElision, .rowFusion, .siblingFusion,
  ])

  /// The names of the passes in their order.
  package var passNames: [String] { passes.map(\.name) }

  /// The pipeline without some of its passes.
  package func without(_ left: KernelPass...) -> LoweringPipeline {
    LoweringPipeline(passes.filter { !left.contains($0) })
  }

  /// The passes up to the one with a name.
  ///
  /// - Throws: `.unknownName` that lists the names.
  package func upTo(_ name: String) throws(Diagnostic) -> LoweringPipeline {
    guard let last = passes.firstIndex(where: { $0.name == name }) else {
      throw Diagnostic(
        .unknownName,
        "there is no kernel pass named \(name); the kernel passes are "
          + passNames.joined(separator: ", "))
    }
    return LoweringPipeline(Array(passes[...last]))
  }

  /// The kernel graph after all passes; `observe` sees each pass with the graph it gives.
  ///
  /// - Throws: whatever the observer throws.
  package func callAsFunction(
    _ graph: KernelGraph, on machine: MachineModel.FixedPart,
    observe: (KernelPass, KernelGraph) throws(Diagnostic) -> Void = { _, _ in }
  ) throws(Diagnostic) -> KernelGraph {
    var graph = graph
    for pass in passes {
      graph = pass(graph, on: machine)
      try observe(pass, graph)
    }
    return graph
  }
}
