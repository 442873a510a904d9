import AdjointKernels

/// Which steps of a kernel graph write and read each value, and where a step may go.
///
/// Steps have the numbers that they have in the graph's list, in order; a pass that replaces a step tells this,
/// and drops steps when it is done.
struct KernelUses {
  /// For each value, the last step that writes it; nil where none does.
  private var lastWriters: [StepNumber?]
  /// For each value, the number of steps that write it.
  private var writerCounts: [Int]
  /// For each value, the steps that read it, each once.
  private var readersOfValue: [[StepNumber]]
  /// For each value, whether an output shows it or a parameter takes it.
  private var isNeeded: [Bool]
  /// For each value that becomes a parameter's next one, that parameter.
  private let updated: [ValueNumber: ValueNumber]
  /// The parameters that get a next value.
  private let overwritten: Set<ValueNumber>

  init(_ graph: KernelGraph) {
    let count = graph.values.count
    lastWriters = Array(repeating: nil, count: count)
    writerCounts = Array(repeating: 0, count: count)
    readersOfValue = Array(repeating: [], count: count)
    isNeeded = Array(repeating: false, count: count)
    for output in graph.outputs { isNeeded[output.value] = true }
    for update in graph.updates { isNeeded[update.value] = true }
    updated = graph.updatedParameters
    overwritten = Set(graph.updates.map(\.parameter))
    for (number, step) in graph.steps.enumerated() {
      for value in step.writes { noteWriter(StepNumber(number), of: value) }
      for value in step.reads { readersOfValue[value].append(StepNumber(number)) }
    }
  }

  private mutating func noteWriter(_ step: StepNumber, of value: ValueNumber) {
    lastWriters[value] = step
    writerCounts[value] += 1
  }

  // MARK: Uses and definitions

  /// The step that writes a value, where it is the only one.
  func onlyWriter(of value: ValueNumber) -> StepNumber? {
    writerCounts[value] == 1 ? lastWriters[value] : nil
  }

  /// The last step that writes a value; nil where none does.
  func lastWriter(of value: ValueNumber) -> StepNumber? { lastWriters[value] }

  /// Whether at most one step writes a value: one that several write in parts stays as it is.
  func isWrittenWhole(_ value: ValueNumber) -> Bool { writerCounts[value] < 2 }

  /// The steps that read a value.
  func readers(of value: ValueNumber) -> [StepNumber] { readersOfValue[value] }

  /// The steps that read a value, without one.
  func readers(of value: ValueNumber, but step: StepNumber) -> [StepNumber] {
    readersOfValue[value].filter { $0 != step }
  }

  /// Whether an output shows a value or a parameter takes it.
  func isNeededOutside(_ value: ValueNumber) -> Bool { isNeeded[value] }

  /// The parameter whose next value a value is.
  func updatedParameter(of value: ValueNumber) -> ValueNumber? { updated[value] }

  /// Whether a value is a parameter that gets a next value.
  func isOverwritten(_ value: ValueNumber) -> Bool { overwritten.contains(value) }

  // MARK: Where a step may go

  /// Whether a value is complete before a step runs.
  func isAvailable(_ value: ValueNumber, before step: StepNumber) -> Bool {
    lastWriters[value].map { $0 < step } ?? true
  }

  /// Whether a step that writes some values may run as late as another: nothing before that reads one.
  func maySink(_ results: [ValueNumber], to place: StepNumber) -> Bool {
    results.allSatisfy { readersOfValue[$0].allSatisfy { $0 >= place } }
  }

  // MARK: Changes

  /// A value that was added at the end, which nothing outside needs.
  mutating func addValue() {
    lastWriters.append(nil)
    writerCounts.append(0)
    readersOfValue.append([])
    isNeeded.append(false)
  }

  /// What a step reads and writes is no longer read and written by it, but by its replacement; nil for none.
  mutating func replace(
    _ number: StepNumber, _ old: KernelGraph.Step, by new: KernelGraph.Step?
  ) {
    let (before, after) = (old.reads, new?.reads ?? [])
    // Many steps read one parameter, and most of what a step reads stays.
    for value in before where !after.contains(value) {
      if let place = readersOfValue[value].firstIndex(of: number) {
        readersOfValue[value].remove(at: place)
      }
    }
    for value in after where !before.contains(value) { readersOfValue[value].append(number) }
    // A value that was written in parts is not asked which are left.
    for value in old.writes where writerCounts[value] == 1 {
      writerCounts[value] = 0
      lastWriters[value] = nil
    }
    guard let new else { return }
    for value in new.writes { noteWriter(number, of: value) }
  }
}
