import AdjointCore
import AdjointKernels

extension KernelPass {
  /// Puts loop nests together that pass whole rows to each other, so that a row stays in the cache from
  /// the first of them to the last.
  ///
  /// Before: `m[i] = max x[i, j]`, then `e[i, j] = exp(x[i, j] − m[i])` with `s[i] += e[i, j]`, then
  /// `y[i, j] = e[i, j] / s[i]`: three times through memory. After: one kernel that does all three for
  /// each i, and in which m, s and e have room for one row.
  ///
  /// A nest joins the group, or the nest, that wrote what it reads, or that reads the same large value row
  /// by row, moving up to it across steps that it does not depend on.
  package static let rowFusion = KernelPass(
    "row-fusion", "loop nests that pass rows to each other become one kernel"
  ) { graph, machine in
    RowFusion.run(on: graph, costs: RowCosts(machine))
  }
}

private struct RowFusion {
  private let costs: RowCosts
  private var values: [KernelGraph.Value]
  /// The uses of values before the pass.
  private var uses: KernelUses
  /// For each value that a parameter takes, the steps that read the parameter's old value.
  private var oldReaders: [ValueNumber: [Int]]
  private var entries = OrderedEntries()
  private var report = RowFusionReport()

  static func run(on graph: KernelGraph, costs: RowCosts) -> KernelGraph {
    var fusion = RowFusion(graph, costs)
    for (number, step) in graph.steps.enumerated() { fusion.visit(step, number) }
    var result = graph
    result.values = fusion.values
    result.steps = fusion.finished()
    result.rowFusionReport = fusion.report
    return result
  }

  private init(_ graph: KernelGraph, _ costs: RowCosts) {
    self.costs = costs
    report.cacheByteCount = costs.cacheByteCount
    values = graph.values
    uses = KernelUses(graph)
    oldReaders = Self.oldReaders(in: graph)
  }

  private static func oldReaders(in graph: KernelGraph) -> [ValueNumber: [Int]] {
    var readers: [ValueNumber: [Int]] = [:]
    for update in graph.updates { readers[update.parameter] = [] }
    for (number, step) in graph.steps.enumerated() where !readers.isEmpty {
      for value in step.reads { readers[value]?.append(number) }
    }
    return Dictionary(
      graph.updates.map { ($0.value, readers[$0.parameter] ?? []) }, uniquingKeysWith: +)
  }

  private mutating func visit(_ step: KernelGraph.Step, _ original: Int) {
    guard case .nest(let nest) = step.work, let draft = draft(of: nest) else {
      entries.append(.init(step: step, first: original))
      return
    }
    // The steps that write operands and that it cannot join have to go before what it joins.
    var blockingProducers: [Int] = []
    let refusals = report.apart.count
    let producers = entries.writers(of: step.reads)
    for number in entries.partners(of: step) {
      let depends = producers.contains(number)
      guard depends || shares(nest, with: number) else { continue }
      guard
        entries.mayMove(
          blockingProducers, before: number, overwriting: { oldReaders[$0] != nil })
      else { break }
      let isJoined =
        depends
        ? join(step, nest, original, to: number) : joinReader(step, nest, original, to: number)
      if isJoined {
        entries.move(blockingProducers, before: number)
        report.apart.removeSubrange(refusals...)
        return
      }
      if depends { blockingProducers.append(number) }
    }
    entries.append(.init(step: step, draft: draft, first: original))
  }

  /// The nest as a group of its own, where it could be part of one.
  private func draft(of nest: LoopNest) -> RowGroupDraft? {
    let isWhole = nest.outputs.allSatisfy { output in
      output.target.value.map(uses.isWrittenWhole) ?? false
        && FusionGroup.Stage(nest: nest, rowAxes: 0).isComplete(output)
    }
    return isWhole && !nest.extents.contains(0) ? RowGroupDraft(nest) : nil
  }

  private mutating func join(
    _ step: KernelGraph.Step, _ nest: LoopNest, _ original: Int, to number: Int
  ) -> Bool {
    // Nests without a reduction pass elements to each other, not rows: how they fuse is decided already.
    guard let draft = entries[number].draft, draft.isReduction || nest.isReduction else {
      return false
    }
    do throws(RowFusionReport.Reason) {
      if violatesWriteAfterRead(step, original, since: entries[number].first) {
        throw RowFusionReport.Reason.violatesWriteAfterRead
      }
      replace(number, by: try draft.adding(nest, costs), step)
      return true
    } catch {
      if joinPart(step, nest, original, of: draft, number) { return true }
      report.apart.append(
        RowFusionReport.Apart(nodes: step.nodes, writers: entries[number].step.nodes, reason: error)
      )
      return false
    }
  }

  /// Whether a nest and an entry, both with a reduction, read a value that is worth reading once.
  private func shares(_ nest: LoopNest, with number: Int) -> Bool {
    guard let draft = entries[number].draft, draft.isReduction, nest.isReduction else {
      return false
    }
    let reads = Set(nest.readValues)
    return entries[number].step.reads.contains {
      reads.contains($0) && costs.isWorthSharing(byteCount: values[$0].byteCount)
    }
  }

  /// Has a nest join an entry that reads the same value, where both do so row by row.
  private mutating func joinReader(
    _ step: KernelGraph.Step, _ nest: LoopNest, _ original: Int, to number: Int
  ) -> Bool {
    guard !violatesWriteAfterRead(step, original, since: entries[number].first),
      let joined = try? entries[number].draft?.adding(nest, costs), joined.rows > 1
    else { return false }
    replace(number, by: joined, step)
    return true
  }

  /// Has the part of a reduction of all rows that each row, or block of rows, does for itself join, and the
  /// rest follow.
  private mutating func joinPart(
    _ step: KernelGraph.Step, _ nest: LoopNest, _ original: Int, of draft: RowGroupDraft,
    _ number: Int
  ) -> Bool {
    let before = values.count
    guard let joined = draft.addingBlocks(of: nest, costs, &values) else { return false }
    for _ in before..<values.count { uses.addValue() }
    replace(number, by: joined.draft, step)
    visit(KernelGraph.Step(work: .nest(joined.rest), nodes: step.nodes), original)
    return true
  }

  /// Whether a step that computes a parameter's next value would come before one that reads the old
  /// value, and so could not write over it.
  private func violatesWriteAfterRead(
    _ step: KernelGraph.Step, _ original: Int, since first: Int
  ) -> Bool {
    step.writes.contains { value in
      oldReaders[value]?.contains { $0 > first && $0 != original } ?? false
    }
  }

  private mutating func replace(
    _ number: Int, by draft: RowGroupDraft, _ step: KernelGraph.Step
  ) {
    let nodes = Set(entries[number].step.nodes + step.nodes).sorted()
    entries.replace(
      number, by: KernelGraph.Step(work: .rows(draft.group(locals: [])), nodes: nodes), draft)
  }

  private func savedByteCount(_ group: KernelGraph.RowGroup) -> Int {
    let written = Set(group.written)
    var readers: [ValueNumber: Int] = [:]
    for stage in group.stages {
      for value in Set(stage.nest.readValues) { readers[value, default: 0] += 1 }
    }
    let reread = readers.reduce(0) { sum, reader in
      sum
        +| (written.contains(reader.key)
          ? 0 : (reader.value - 1) *| values[reader.key].byteCount)
    }
    return group.locals.reduce(reread) { $0 +| 2 *| values[$1].byteCount }
  }

  /// The steps, with what nothing outside a group needs made local to it or dropped.
  private mutating func finished() -> [KernelGraph.Step] {
    var isRead: Set<ValueNumber> = []
    for entry in entries.inOrder { isRead.formUnion(entry.step.reads) }
    return entries.inOrder.map { entry in
      guard case .rows = entry.step.work, let draft = entry.draft else { return entry.step }
      var step = entry.step
      step.work = draft.work { isRead.contains($0) || uses.isNeededOutside($0) }
      if case .rows(let group) = step.work {
        step.group = report.groups.count
        report.groups.append(
          RowFusionReport.Group(
            nodes: step.nodes, rows: group.rows, nestCount: group.stages.count,
            savedByteCount: savedByteCount(group)))
      }
      return step
    }
  }
}
