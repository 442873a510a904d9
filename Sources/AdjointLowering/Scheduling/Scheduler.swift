import AdjointCore
import AdjointKernels
import HeapModule

/// Orders the steps and decides how parameters get their next values.
///
/// A step comes after those whose results it reads, the writer of a parameter after every other reader
/// of its old value, and otherwise steps stay in the graph's order. A writer runs as soon as it may,
/// for that frees what the next value was computed from.
///
/// A parameter's next value is written straight over the old one where the step that computes it
/// allows; otherwise a copy follows. Where such writers wait for each other in a circle, as when two
/// parameters are exchanged, one of them first goes to a place of its own.
struct Scheduler {
  /// How a parameter gets its next value.
  private struct Writer {
    let parameter: ValueNumber
    /// The value that the parameter takes.
    let value: ValueNumber
    var step: Int
    var isInPlace: Bool
    /// The steps still to run that read the old value, apart from the writer.
    var pendingReaders = 0
  }

  private var values: [KernelGraph.Value]
  private var steps: [KernelGraph.Step]
  private var writers: [Writer] = []
  /// For a parameter with an update, its place in `writers`.
  private var writerOf: [ValueNumber: Int] = [:]
  private var successors: [[Int]]
  /// For each step, the steps it waits for, and the parameters it writes that still have readers.
  private var pendingSteps: [Int]
  private var pendingParameters: [Int]
  private var isDone: [Bool]
  private var ready = Heap<Int>()
  private var readyWriters = Heap<Int>()
  private var isWriter: [Bool]
  private var order: [Int] = []

  static func schedule(_ graph: KernelGraph) -> Schedule {
    var scheduler = Scheduler(graph)
    scheduler.run()
    var updatesInPlace: [ValueNumber: ValueNumber] = [:]
    for writer in scheduler.writers where writer.isInPlace {
      updatesInPlace[writer.value] = writer.parameter
    }
    return Schedule(
      values: scheduler.values, steps: PerPlanStep(scheduler.order.map { scheduler.steps[$0] }),
      outputs: graph.outputs, updatesInPlace: updatesInPlace)
  }

  private init(_ graph: KernelGraph) {
    values = graph.values
    steps = graph.steps
    successors = []
    pendingSteps = []
    pendingParameters = []
    isDone = []
    isWriter = []
    chooseWriters(graph)
    linkSteps()
  }

  /// Chooses for each update the step that writes the parameter, adding a copy where none can.
  private mutating func chooseWriters(_ graph: KernelGraph) {
    guard !graph.updates.isEmpty else { return }
    var producers = Array(repeating: [Int](), count: values.count)
    for (number, step) in steps.enumerated() {
      for value in step.writes { producers[value].append(number) }
    }
    var taken: Set<ValueNumber> = []
    for update in graph.updates {
      let producer = producers[update.value].count == 1 ? producers[update.value][0] : nil
      writerOf[update.parameter] = writers.count
      if let producer, values[update.value].isComputed, !taken.contains(update.value),
        steps[producer].reads.contains(update.parameter),
        values[update.value].byteCount == values[update.parameter].byteCount,
        steps[producer].mayAlias(result: update.value, operand: update.parameter)
      {
        taken.insert(update.value)
        writers.append(
          Writer(
            parameter: update.parameter, value: update.value, step: producer, isInPlace: true))
      } else {
        addCopy(of: update.value, to: update.parameter, nodes: nodes(of: update.value, producer))
        writers.append(
          Writer(
            parameter: update.parameter, value: update.value, step: steps.count - 1,
            isInPlace: false))
      }
    }
  }

  private func nodes(of value: ValueNumber, _ producer: Int?) -> [Int] {
    producer.map { steps[$0].nodes } ?? []
  }

  private mutating func addCopy(of value: ValueNumber, to target: ValueNumber, nodes: [Int]) {
    steps.append(
      KernelGraph.Step(
        work: .nest(copy(of: value, to: target)), nodes: nodes))
  }

  /// A nest that copies a value, or writes the number that a constant is everywhere.
  private func copy(of value: ValueNumber, to target: ValueNumber) -> LoopNest {
    let nest = LoopNest.copy(of: value, to: target, as: values[target].type)
    guard let literal = values[value].literal else { return nest }
    var builder = NestBuilder()
    let step = builder.append(.constant(literal), values[target].type.scalarType)
    return builder.nest(
      extents: nest.extents,
      outputs: nest.outputs.map { output in
        var output = output
        output.step = step
        return output
      })
  }

  private mutating func linkSteps() {
    successors = Array(repeating: [], count: steps.count)
    pendingSteps = Array(repeating: 0, count: steps.count)
    pendingParameters = Array(repeating: 0, count: steps.count)
    isDone = Array(repeating: false, count: steps.count)
    var lastWriter: [Int?] = Array(repeating: nil, count: values.count)
    // Parts of one value are written in the graph's order, so a reader waits for the last of them.
    for (number, step) in steps.enumerated() {
      for value in step.writes where values[value].isComputed {
        if let writer = lastWriter[value] { link(writer, number) }
        lastWriter[value] = number
      }
    }
    for (number, step) in steps.enumerated() {
      for value in step.reads {
        if let writer = lastWriter[value], writer != number { link(writer, number) }
        if let writer = writerOf[value], writers[writer].step != number {
          writers[writer].pendingReaders += 1
        }
      }
    }
    isWriter = isDone
    for writer in writers {
      isWriter[writer.step] = true
      if writer.pendingReaders > 0 { pendingParameters[writer.step] += 1 }
    }
  }

  private mutating func link(_ earlier: Int, _ later: Int) {
    successors[earlier].append(later)
    pendingSteps[later] += 1
  }
}

extension Scheduler {
  private mutating func run() {
    for step in steps.indices { offer(step) }
    var nextSuspect = 0
    while order.count < steps.count {
      while let step = readyWriters.popMin() ?? ready.popMin() { finish(step) }
      if order.count == steps.count { return }
      // Every step that is left waits in a circle, or for one: the steps' own order has no circle,
      // so a writer of a parameter is part of it.
      while nextSuspect < writers.count, !isBlocked(writers[nextSuspect]) { nextSuspect += 1 }
      guard nextSuspect < writers.count else { return }
      giveOwnPlace(nextSuspect)
      nextSuspect += 1
    }
  }

  private func isBlocked(_ writer: Writer) -> Bool {
    !isDone[writer.step] && writer.pendingReaders > 0
      && (writer.isInPlace || writerOf[writer.value] != nil)
  }

  private mutating func offer(_ step: Int) {
    guard pendingSteps[step] == 0, pendingParameters[step] == 0 else { return }
    if isWriter[step] { readyWriters.insert(step) } else { ready.insert(step) }
  }

  private mutating func finish(_ step: Int) {
    isDone[step] = true
    order.append(step)
    for successor in successors[step] {
      pendingSteps[successor] -= 1
      offer(successor)
    }
    for value in steps[step].reads {
      guard let writer = writerOf[value], writers[writer].step != step else { continue }
      readerFinished(writer)
    }
  }

  private mutating func readerFinished(_ writer: Int) {
    writers[writer].pendingReaders -= 1
    guard writers[writer].pendingReaders == 0 else { return }
    pendingParameters[writers[writer].step] -= 1
    offer(writers[writer].step)
  }

  /// Breaks a circle: the next value of a parameter goes to a place of its own at once, and from
  /// there to the parameter when nothing reads the old value any more.
  private mutating func giveOwnPlace(_ index: Int) {
    let writer = writers[index]
    let added = steps.count
    if writer.isInPlace {
      appendStep(copyOf: writer.value, to: writer.parameter, nodes: steps[writer.step].nodes)
      link(writer.step, added)
      // The step that computes the value reads the old one like any other reader now.
      writers[index].pendingReaders += 1
      writers[index].isInPlace = false
      writers[index].step = added
      pendingParameters[writer.step] -= 1
      pendingParameters[added] = 1
      isWriter[added] = true
      offer(writer.step)
    } else {
      // The writer copies another parameter; a new step takes that one's old value in its stead.
      let own = ValueNumber(values.count)
      values.append(KernelGraph.Value(type: values[writer.parameter].type, source: .computed))
      appendStep(copyOf: writer.value, to: own, nodes: steps[writer.step].nodes)
      steps[writer.step].work = .nest(copy(of: own, to: writer.parameter))
      link(added, writer.step)
      offer(added)
    }
  }

  private mutating func appendStep(copyOf value: ValueNumber, to target: ValueNumber, nodes: [Int])
  {
    addCopy(of: value, to: target, nodes: nodes)
    successors.append([])
    pendingSteps.append(0)
    pendingParameters.append(0)
    isDone.append(false)
    isWriter.append(false)
  }
}
