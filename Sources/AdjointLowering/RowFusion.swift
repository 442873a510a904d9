import AdjointKernels

/// Puts loop nests together that pass whole rows to each other, so that a row stays in the cache from
/// the first of them to the last.
///
/// Before: `m[i] = max x[i, j]`, then `e[i, j] = exp(x[i, j] − m[i])` with `s[i] += e[i, j]`, then
/// `y[i, j] = e[i, j] / s[i]`: three times through memory. After: one kernel that does all three for
/// each i, and in which m, s and e have room for one row.
///
/// A nest joins the group, or the nest, that wrote what it reads, moving up to it across steps that
/// it does not depend on.
struct RowFusion {
  /// How many steps back a partner is looked for.
  private static let window = 6

  private let costs: RowCosts
  private var values: [KernelGraph.Value]
  private let isNeededOutside: [Bool]
  /// The number of steps that write each value; one written in parts stays as it is.
  private var writerCounts: [Int]
  private var entries: [Entry] = []

  /// A step, or several that are done row by row.
  private struct Entry {
    var step: KernelGraph.Step
    /// Empty where the step is not a nest that could be in a group.
    var draft: RowGroupDraft?
  }

  static func run(on graph: KernelGraph, costs: RowCosts) -> KernelGraph {
    var fusion = RowFusion(graph, costs)
    for step in graph.steps { fusion.visit(step) }
    var result = graph
    result.values = fusion.values
    result.steps = fusion.finished()
    return result
  }

  private init(_ graph: KernelGraph, _ costs: RowCosts) {
    self.costs = costs
    values = graph.values
    isNeededOutside = graph.isNeededOutside
    writerCounts = Array(repeating: 0, count: graph.values.count)
    for step in graph.steps { for value in step.writes { writerCounts[value] += 1 } }
  }

  private mutating func visit(_ step: KernelGraph.Step) {
    guard case .nest(let nest) = step.work, let draft = draft(of: nest) else {
      entries.append(Entry(step: step))
      return
    }
    let reads = Set(step.reads)
    for number in entries.indices.suffix(Self.window).reversed() {
      guard entries[number].step.writes.contains(where: reads.contains) else { continue }
      if join(step, nest, to: number) { return }
      break
    }
    entries.append(Entry(step: step, draft: draft))
  }

  /// The nest as a group of its own, where it could be part of one.
  private func draft(of nest: LoopNest) -> RowGroupDraft? {
    let isWhole = nest.outputs.allSatisfy { output in
      writerCounts[output.result] == 1
        && FusionGroup.Stage(nest: nest, rowAxes: 0).isComplete(output)
    }
    return isWhole && !nest.extents.contains(0) ? RowGroupDraft(nest) : nil
  }

  private mutating func join(
    _ step: KernelGraph.Step, _ nest: LoopNest, to number: Int
  ) -> Bool {
    guard let draft = entries[number].draft else { return false }
    if let joined = draft.adding(nest, costs) {
      replace(number, by: joined, step)
      return true
    }
    // A fold of all rows into one number has a part that each row does for itself.
    var split = values
    guard let parts = nest.splitAtRows(of: draft, &split),
      let joined = draft.adding(parts.inner, costs)
    else { return false }
    values = split
    writerCounts += Array(repeating: 1, count: values.count - writerCounts.count)
    replace(number, by: joined, KernelGraph.Step(work: .nest(parts.inner), nodes: step.nodes))
    visit(KernelGraph.Step(work: .nest(parts.outer), nodes: step.nodes))
    return true
  }

  private mutating func replace(
    _ number: Int, by draft: RowGroupDraft, _ step: KernelGraph.Step
  ) {
    let nodes = Set(entries[number].step.nodes + step.nodes).sorted()
    entries[number] = Entry(
      step: KernelGraph.Step(work: .rows(draft.group(locals: [])), nodes: nodes), draft: draft)
  }

  /// The steps, with what nothing outside a group needs made local to it or dropped.
  private func finished() -> [KernelGraph.Step] {
    var isNeeded = isNeededOutside
    isNeeded += Array(repeating: false, count: values.count - isNeeded.count)
    for entry in entries { for value in entry.step.reads { isNeeded[value] = true } }
    return entries.map { entry in
      guard case .rows = entry.step.work, let draft = entry.draft else { return entry.step }
      var step = entry.step
      step.work = draft.work { isNeeded[$0] }
      return step
    }
  }
}
