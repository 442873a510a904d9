import AdjointCore
import AdjointKernels

extension KernelPass {
  /// Merges nests over equal extents that share values into one nest with several outputs, so that what they
  /// share is read once and launched once.
  ///
  /// Element-wise nests go together, and with reductions that reduce the same axes.
  ///
  /// A nest moves up to the step that writes a value which it reads, or that was the last to read one before it,
  /// if nothing that it reads is written behind that step. Across kernels that are no nests only a nest moves
  /// whose results are small, since they are kept for longer.
  package static let siblingFusion = KernelPass(
    "sibling-fusion", "loop nests that share values become one"
  ) { graph, machine in
    SiblingFusion.run(on: graph, smallByteCount: machine.caches.first?.byteCount ?? 0)
  }
}

private struct SiblingFusion {
  private let graph: KernelGraph
  private let uses: KernelUses
  /// The bytes of results that are in the nearest cache in any case.
  private let smallByteCount: Int
  private var merged: [KernelGraph.Step] = []
  private var wasMerged: [Bool] = []
  /// The last of the merged steps that writes each value, and that reads it.
  private var writers: [ValueNumber: Int] = [:]
  private var readers: [ValueNumber: Int] = [:]
  /// The first of the merged steps from which on all are nests.
  private var firstOfNests = 0

  static func run(on graph: KernelGraph, smallByteCount: Int) -> KernelGraph {
    var fusion = SiblingFusion(graph, smallByteCount: smallByteCount)
    for step in graph.steps { fusion.visit(step) }
    var result = graph
    result.steps = fusion.withoutDeadOutputs()
    return result
  }

  private init(_ graph: KernelGraph, smallByteCount: Int) {
    self.graph = graph
    self.smallByteCount = smallByteCount
    uses = KernelUses(graph)
  }

  private mutating func visit(_ step: KernelGraph.Step) {
    if case .nest(let nest) = step.work, isCandidate(nest) {
      let mayPassKernels = keepsLittle(step)
      for number in partners(of: step) where mayPassKernels || number >= firstOfNests {
        guard case .nest(let earlier) = merged[number].work, isCandidate(earlier),
          let both = earlier.merged(with: nest)
        else { continue }
        merged[number].work = .nest(both)
        merged[number].nodes = Set(merged[number].nodes + step.nodes).sorted()
        wasMerged[number] = true
        note(step, as: number)
        return
      }
    }
    note(step, as: merged.count)
    merged.append(step)
    wasMerged.append(false)
    if case .nest = step.work { return }
    firstOfNests = merged.count
  }

  /// Whether what a step writes is small.
  private func keepsLittle(_ step: KernelGraph.Step) -> Bool {
    step.writes.reduce(0) { $0 +| graph.values[$1].byteCount } <= smallByteCount
  }

  /// The steps with which one shares values and up to which it may move, nearest first.
  private func partners(of step: KernelGraph.Step) -> [Int] {
    let reads = Set(step.reads)
    // What becomes a parameter's next value is written over the old one, which has to be read by then.
    let overwritten = step.writes.compactMap(uses.updatedParameter)
    let first =
      (reads.compactMap { writers[$0] } + overwritten.compactMap { readers[$0] }).max() ?? 0
    let sharing = Set(reads.compactMap { writers[$0] } + reads.compactMap { readers[$0] })
    return sharing.filter { $0 >= first }.sorted(by: >)
  }

  private mutating func note(_ step: KernelGraph.Step, as number: Int) {
    for value in step.reads { readers[value] = max(number, readers[value] ?? 0) }
    for value in step.writes { writers[value] = max(number, writers[value] ?? 0) }
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
