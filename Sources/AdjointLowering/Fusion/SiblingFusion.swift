import AdjointKernels

extension KernelPass {
  /// Merges neighbouring nests over equal extents that share values into one nest with several outputs,
  /// so that what they share is read once and launched once.
  ///
  /// Element-wise nests go together, and with reductions that reduce the same axes.
  ///
  /// A nest moves up to an earlier one across at most a few loop nests that it does not depend on,
  /// never across another kernel: moving further would keep its result alive for longer than the
  /// merge is worth.
  package static let siblingFusion = KernelPass(
    "sibling-fusion", "neighbouring loop nests that share values become one"
  ) { graph, _ in SiblingFusion.run(on: graph) }
}

private struct SiblingFusion {
  /// How many nests back a partner is looked for.
  private static let window = 4

  private let graph: KernelGraph
  private let uses: KernelUses
  private var merged: [KernelGraph.Step] = []
  private var wasMerged: [Bool] = []

  static func run(on graph: KernelGraph) -> KernelGraph {
    var fusion = SiblingFusion(graph)
    for step in graph.steps { fusion.visit(step) }
    var result = graph
    result.steps = fusion.withoutDeadOutputs()
    return result
  }

  private init(_ graph: KernelGraph) {
    self.graph = graph
    uses = KernelUses(graph)
  }

  private mutating func visit(_ step: KernelGraph.Step) {
    if case .nest(let nest) = step.work, isCandidate(nest) {
      let reads = Set(step.reads)
      for number in merged.indices.suffix(Self.window).reversed() {
        guard case .nest(let earlier) = merged[number].work else { break }
        if isCandidate(earlier), let both = earlier.merged(with: nest) {
          merged[number].work = .nest(both)
          merged[number].nodes = Set(merged[number].nodes + step.nodes).sorted()
          wasMerged[number] = true
          return
        }
        if merged[number].writes.contains(where: reads.contains) { break }
      }
    }
    merged.append(step)
    wasMerged.append(false)
  }

  private func isCandidate(_ nest: LoopNest) -> Bool {
    nest.writtenValues.allSatisfy(uses.isWrittenWhole)
      && nest.outputs.allSatisfy { $0.combiner != nil || nest.storesAtItsPoint($0) }
  }

  /// The steps, with what only merged nests read no longer written.
  private func withoutDeadOutputs() -> [KernelGraph.Step] {
    var isRead: Set<ValueNumber> = []
    for step in merged { isRead.formUnion(step.reads) }
    return zip(merged, wasMerged).map { (step, wasMerged) in
      guard wasMerged, case .nest(let nest) = step.work else { return step }
      var pruned = step
      pruned.work = .nest(nest.keepingOutputs { isRead.contains($0) || uses.isNeededOutside($0) })
      return pruned
    }
  }
}
