import AdjointCore
import AdjointKernels

/// Bytes that one value holds after another.
struct Storage {
  /// A multiple of `Plan.alignment`.
  var byteCount: Int
  /// The times during which it is in use, of a fork always all.
  var first: Moment
  var last: Moment
}

/// Which values share bytes: those that are written in place of one that is read for the last time.
struct StorageAssignment {
  private(set) var storages: [Storage] = []
  /// For each value, its place in `storages`; nil where no step needs it.
  private(set) var storageOf: [Int?]
  /// For each value written over another, that other value.
  private(set) var inPlaceOf: [ValueNumber?]
  /// The largest sum of bytes in use at once.
  private(set) var lowerBound = 0
  private let times: StepTimes

  init(_ schedule: Schedule, writesInPlace: Bool) throws(Diagnostic) {
    storageOf = Array(repeating: nil, count: schedule.values.count)
    inPlaceOf = Array(repeating: nil, count: schedule.values.count)
    let liveness = Liveness(schedule)
    times = StepTimes(stepCount: schedule.steps.count, forks: schedule.forks)
    for (number, content) in schedule.values.enumerated() {
      let value = ValueNumber(number)
      switch content.source {
      case .input, .parameter: try add(value, schedule, first: .before, last: .after)
      case .constant where liveness.isUsed(value):
        try add(value, schedule, first: .before, last: .after)
      case .constant, .computed: continue
      }
    }
    for (number, step) in schedule.steps.numbered {
      var reads = step.reads.filter { liveness.lastUse[$0] == .step(number) }
      for value in step.writes where storageOf[value] == nil {
        if let parameter = schedule.updatesInPlace[value] {
          share(value, with: parameter, until: .after)
        } else if writesInPlace,
          let place = reads.firstIndex(where: {
            mayReplace($0, by: value, at: step, schedule, liveness)
          })
        {
          share(
            value, with: reads.remove(at: place), until: liveness.lastUse[value] ?? .step(number))
        } else {
          try add(
            value, schedule, first: .step(number), last: liveness.lastUse[value] ?? .step(number))
        }
      }
    }
    lowerBound = try largestSum(stepCount: schedule.steps.count)
  }

  private func mayReplace(
    _ operand: ValueNumber, by result: ValueNumber, at step: KernelGraph.Step, _ schedule: Schedule,
    _ liveness: Liveness
  ) -> Bool {
    let old = schedule.values[operand]
    let bytes = old.byteCount
    // Another branch of a fork may read the operand while this step writes.
    guard case .step(let last) = liveness.lastUse[operand],
      !times.stepsBeside(last).contains(where: { schedule.steps[$0].reads.contains(operand) })
    else { return false }
    // A parameter's bytes, and with them the new value in them, outlast the run.
    return old.isComputed && schedule.updatesInPlace[operand] == nil
      && bytes > 0 && bytes == schedule.values[result].byteCount
      && liveness.writerCounts[result] == 1
      && step.mayAlias(result: result, operand: operand)
  }

  private mutating func add(
    _ value: ValueNumber, _ schedule: Schedule, first: Moment, last: Moment
  ) throws(Diagnostic) {
    storageOf[value] = storages.count
    storages.append(
      Storage(
        byteCount: try ArenaLayout.aligned(schedule.values[value].byteCount),
        first: times.first(first), last: times.last(last)))
  }

  private mutating func share(
    _ value: ValueNumber, with other: ValueNumber, until last: Moment
  ) {
    guard let storage = storageOf[other] else { return }
    storageOf[value] = storage
    inPlaceOf[value] = other
    storages[storage].last = max(storages[storage].last, times.last(last))
  }

  private func largestSum(stepCount: Int) throws(Diagnostic) -> Int {
    var starting = Array(repeating: 0, count: stepCount + 2)
    var ending = Array(repeating: 0, count: stepCount + 2)
    var total = 0
    for storage in storages {
      total = try ArenaLayout.sum(total, storage.byteCount)
      starting[storage.first.place(in: stepCount)] += storage.byteCount
      ending[storage.last.place(in: stepCount)] += storage.byteCount
    }
    var live = 0
    var largest = 0
    for position in starting.indices {
      live += starting[position]
      largest = max(largest, live)
      live -= ending[position]
    }
    return largest
  }
}

/// When values are read last.
struct Liveness {
  /// For each value, when it is read or written last; nil where it never is.
  let lastUse: [Moment?]
  /// For each value, the number of steps that write it.
  let writerCounts: [Int]

  init(_ schedule: Schedule) {
    var lastUse: [Moment?] = Array(repeating: nil, count: schedule.values.count)
    var writerCounts = Array(repeating: 0, count: schedule.values.count)
    for (number, step) in schedule.steps.numbered {
      for value in step.reads { lastUse[value] = .step(number) }
      for value in step.writes { writerCounts[value] += 1 }
    }
    for output in schedule.outputs { lastUse[output.value] = .after }
    // A value written in parts is in use from the first part to the last at least.
    for (number, step) in schedule.steps.numbered {
      for value in step.writes {
        lastUse[value] = max(lastUse[value] ?? .before, .step(number))
      }
    }
    self.lastUse = lastUse
    self.writerCounts = writerCounts
  }

  /// Whether a step reads it or an output shows it.
  func isUsed(_ value: ValueNumber) -> Bool { lastUse[value] != nil }
}
