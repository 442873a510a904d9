import AdjointKernels

/// The steps of a kernel graph while some are put together row by row: where each value is written and read, and
/// in which order they run.
///
/// An entry keeps its number when others move.
struct OrderedEntries {
  /// A step, or several that are done row by row.
  struct Entry {
    var step: KernelGraph.Step
    /// Empty where the step is not a nest that could be in a group.
    var draft: RowGroupDraft?
    /// The number of the first of the steps in the graph.
    var first: Int
  }

  private var entries: [Entry] = []
  /// The numbers of the entries in the order in which they run.
  private var order: [Int] = []
  /// For each entry, its place in that order.
  private var places: [Int] = []
  /// For each value, the entries that write it.
  private var writersOfValue: [ValueNumber: [Int]] = [:]
  /// For each value, the entry that came last of those which read it.
  private var lastReader: [ValueNumber: Int] = [:]

  subscript(number: Int) -> Entry { entries[number] }

  /// The entries in the order in which they run.
  var inOrder: [Entry] { order.map { entries[$0] } }

  mutating func append(_ entry: Entry) {
    places.append(order.count)
    order.append(entries.count)
    entries.append(entry)
    note(entry.step, as: entries.count - 1)
  }

  /// Has an entry do what a group does.
  mutating func replace(_ number: Int, by step: KernelGraph.Step, _ draft: RowGroupDraft) {
    entries[number].step = step
    entries[number].draft = draft
    note(step, as: number)
  }

  private mutating func note(_ step: KernelGraph.Step, as number: Int) {
    for value in step.writes where !(writersOfValue[value]?.contains(number) ?? false) {
      writersOfValue[value, default: []].append(number)
    }
    for value in step.reads {
      if let last = lastReader[value], places[last] > places[number] { continue }
      lastReader[value] = number
    }
  }

  // MARK: Dependence

  /// The entries that write some of these values.
  func writers(of values: [ValueNumber]) -> Set<Int> {
    Set(values.flatMap { writersOfValue[$0] ?? [] })
  }

  /// The entries that write what a step reads, and those that were last to read it, from the last one on.
  func partners(of step: KernelGraph.Step) -> [Int] {
    writers(of: step.reads).union(step.reads.compactMap { lastReader[$0] })
      .sorted { places[$0] > places[$1] }
  }

  /// Whether some entries depend on none from a number on but on each other, and overwrite nothing.
  func mayMove(
    _ moved: [Int], before number: Int, overwriting: (ValueNumber) -> Bool
  ) -> Bool {
    moved.allSatisfy { entry in
      writers(of: entries[entry].step.reads).allSatisfy {
        places[$0] < places[number] || moved.contains($0)
      } && !entries[entry].step.writes.contains(where: overwriting)
    }
  }

  /// Has some entries run before another, in their order.
  mutating func move(_ moved: [Int], before number: Int) {
    guard let last = moved.map({ places[$0] }).max() else { return }
    let range = places[number]...last
    let isMoved = Set(moved)
    let passed = order[range].filter { !isMoved.contains($0) }
    order.replaceSubrange(range, with: order[range].filter(isMoved.contains) + passed)
    for place in range { places[order[place]] = place }
  }
}
