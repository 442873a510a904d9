import AdjointCore
import AdjointKernels

/// Bytes that one value holds after another.
struct Storage {
  /// A multiple of `Plan.alignment`.
  var byteCount: Int
  /// The first step during which it is in use, of a fork always the first; −1 where it holds a value
  /// before the run.
  var first: Int
  /// The last step during which it is in use, of a fork always the last; the number of steps where it
  /// holds a value after the run.
  var last: Int
}

/// Which values share bytes: those that are written in place of one that is read for the last time.
struct StorageAssignment {
  private(set) var storages: [Storage] = []
  /// For each value, its place in `storages`; −1 where no step needs it.
  private(set) var storageOf: [Int]
  /// For each value written over another, that other value; −1 for the rest.
  private(set) var inPlaceOf: [Int]
  /// The largest sum of bytes in use at once.
  private(set) var lowerBound = 0
  private let times: StepTimes

  init(_ schedule: Schedule, writesInPlace: Bool) throws(Diagnostic) {
    storageOf = Array(repeating: -1, count: schedule.values.count)
    inPlaceOf = storageOf
    let liveness = Liveness(schedule)
    times = StepTimes(stepCount: schedule.steps.count, forks: schedule.forks)
    for (value, content) in schedule.values.enumerated() {
      switch content.source {
      case .input, .parameter: try add(value, schedule, first: -1, last: schedule.steps.count)
      case .constant where liveness.isUsed(value):
        try add(value, schedule, first: -1, last: schedule.steps.count)
      case .constant, .computed: continue
      }
    }
    for (number, step) in schedule.steps.enumerated() {
      var reads = step.reads.filter { liveness.lastUse[$0] == number }
      for value in step.writes where storageOf[value] < 0 {
        if let parameter = schedule.updatesInPlace[value] {
          share(value, with: parameter, until: schedule.steps.count)
        } else if writesInPlace,
          let place = reads.firstIndex(where: {
            mayReplace($0, by: value, at: step, schedule, liveness)
          })
        {
          share(value, with: reads.remove(at: place), until: liveness.lastUse[value])
        } else {
          try add(value, schedule, first: number, last: max(liveness.lastUse[value], number))
        }
      }
    }
    lowerBound = try largestSum(stepCount: schedule.steps.count)
  }

  private func mayReplace(
    _ operand: Int, by result: Int, at step: KernelGraph.Step, _ schedule: Schedule,
    _ liveness: Liveness
  ) -> Bool {
    let old = schedule.values[operand]
    let bytes = old.byteCount
    // Another branch of a fork may read the operand while this step writes.
    guard
      !times.stepsBeside(liveness.lastUse[operand]).contains(where: {
        schedule.steps[$0].reads.contains(operand)
      })
    else { return false }
    // A parameter's bytes, and with them the new value in them, outlast the run.
    return old.isComputed && schedule.updatesInPlace[operand] == nil
      && bytes > 0 && bytes == schedule.values[result].byteCount
      && liveness.writerCounts[result] == 1
      && step.mayAlias(result: result, operand: operand)
  }

  private mutating func add(
    _ value: Int, _ schedule: Schedule, first: Int, last: Int
  ) throws(Diagnostic) {
    storageOf[value] = storages.count
    storages.append(
      Storage(
        byteCount: try ArenaLayout.aligned(schedule.values[value].byteCount),
        first: times.first(first), last: times.last(last)))
  }

  private mutating func share(_ value: Int, with other: Int, until last: Int) {
    let storage = storageOf[other]
    storageOf[value] = storage
    inPlaceOf[value] = other
    storages[storage].last = max(storages[storage].last, times.last(last))
  }

  private func largestSum(stepCount: Int) throws(Diagnostic) -> Int {
    // Storages come and go at positions shifted by one, so that −1 has a place.
    var starting = Array(repeating: 0, count: stepCount + 2)
    var ending = Array(repeating: 0, count: stepCount + 2)
    var total = 0
    for storage in storages {
      total = try ArenaLayout.sum(total, storage.byteCount)
      starting[storage.first + 1] += storage.byteCount
      ending[storage.last + 1] += storage.byteCount
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
  /// For each value, the last step that reads it: the number of steps where it is needed after the
  /// run, −1 where nothing reads it.
  let lastUse: [Int]
  /// For each value, the number of steps that write it.
  let writerCounts: [Int]

  init(_ schedule: Schedule) {
    var lastUse = Array(repeating: -1, count: schedule.values.count)
    var writerCounts = Array(repeating: 0, count: schedule.values.count)
    for (number, step) in schedule.steps.enumerated() {
      for value in step.reads { lastUse[value] = number }
      for value in step.writes { writerCounts[value] += 1 }
    }
    for output in schedule.outputs { lastUse[output.value] = schedule.steps.count }
    // A value written in parts is in use from the first part to the last at least.
    for (number, step) in schedule.steps.enumerated() {
      for value in step.writes { lastUse[value] = max(lastUse[value], number) }
    }
    self.lastUse = lastUse
    self.writerCounts = writerCounts
  }

  /// Whether a step reads it or an output shows it.
  func isUsed(_ value: Int) -> Bool { lastUse[value] >= 0 }
}
