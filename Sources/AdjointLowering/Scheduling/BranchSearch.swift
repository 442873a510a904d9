import AdjointCore
import AdjointKernels

/// Finds neighbouring steps that fall apart into branches which threads may do at the same time.
///
/// Steps that are long enough to be shared by threads one by one are in no branch: cut in items they are
/// done evenly by any number of threads, and what they read stays in the cache of the core that wrote it.
///
///     before: 0 1 2 3 4, where 3 reads what 0 writes, and 4 what 2 and 3 write
///     after:  (0 3 | 1 2) 4
///
/// Both orders give the same bits. The plan is the same for any number of threads; what several branches
/// use lies apart, so that it is valid to run them one after another too.
struct BranchSearch {
  /// The most steps of a fork.
  private static let mostSteps = 64
  /// A fork ends where as many steps have made it no better.
  private static let patience = 8

  private let costs: PerPlanStep<Int>
  /// The nanoseconds of each step where it is in no fork.
  private let unforked: PerPlanStep<Int>
  private let coreCount: Int
  /// Steps of more nanoseconds than this are shared by threads one by one: to do so takes little beside them, and
  /// what they read stays where it was written.
  private let longStep: Int
  /// For each step, earlier steps that must come before it: with those that these need it is all.
  private let predecessors: PerPlanStep<[PlanStepNumber]>
  /// The last of them, if any.
  private let lastPredecessors: PerPlanStep<PlanStepNumber?>

  /// - Parameter leastGain: What a fork saves at least, in nanoseconds; nil for what the machine asks for.
  static func run(
    on schedule: Schedule, for machine: MachineModel, leastGain: Int? = nil
  ) -> Schedule {
    let leastGain = leastGain ?? machine.leastGain
    guard leastGain < Int.max, machine.coreCount > 1, schedule.steps.count > 1 else {
      return schedule
    }
    let search = BranchSearch(schedule, machine)
    var forked = schedule
    forked.steps = []
    var next = schedule.steps.startIndex
    while next < schedule.steps.endIndex {
      guard let fork = search.fork(from: next, leastGain: leastGain) else {
        forked.steps.append(schedule.steps[next])
        next = next.advanced(by: 1)
        continue
      }
      var branches: [Range<PlanStepNumber>] = []
      for branch in fork {
        let start = forked.steps.endIndex
        forked.steps += branch.map { schedule.steps[$0] }
        branches.append(start..<forked.steps.endIndex)
        next = next.advanced(by: branch.count)
      }
      forked.forks.append(Plan.Fork(branches: branches))
    }
    return forked
  }

  private init(_ schedule: Schedule, _ machine: MachineModel) {
    costs = PerPlanStep(schedule.steps.map { $0.nanoseconds(on: machine) })
    coreCount = machine.coreCount
    unforked = PerPlanStep(
      costs.map { [coreCount] in machine.nanoseconds(sharing: $0, cores: coreCount) })
    longStep = 2 *| coreCount *| machine.leastGain
    // A parameter and what is written over it are the same bytes.
    func bytes(_ value: ValueNumber) -> ValueNumber { schedule.updatesInPlace[value] ?? value }
    var lastWriter: [PlanStepNumber?] = Array(repeating: nil, count: schedule.values.count)
    var readers = Array(repeating: [PlanStepNumber](), count: schedule.values.count)
    var predecessors: PerPlanStep<[PlanStepNumber]> = []
    for (number, step) in schedule.steps.numbered {
      var earlier: [PlanStepNumber] = []
      for value in step.reads.map(bytes) {
        if let writer = lastWriter[value] { earlier.append(writer) }
        readers[value].append(number)
      }
      for value in step.writes.map(bytes) {
        if let writer = lastWriter[value] { earlier.append(writer) }
        earlier += readers[value].filter { $0 != number }
        lastWriter[value] = number
        readers[value] = []
      }
      predecessors.append(earlier)
    }
    self.predecessors = predecessors
    lastPredecessors = PerPlanStep(predecessors.map { $0.max() })
  }

  /// The branches of the best fork that begins with a step; nil where none is worth it.
  private func fork(from start: PlanStepNumber, leastGain: Int) -> [[PlanStepNumber]]? {
    let most = min(costs.endIndex, start.advanced(by: Self.mostSteps))
    guard canFork(from: start, to: most) else { return nil }
    var parts = DisjointSets()
    var total = 0
    var unforkedTotal = 0
    var longest = 0
    var best = (gain: 0, end: start)
    for step in start..<most {
      if costs[step] > longStep { break }
      if best.gain > 0, best.end.distance(to: step) > Self.patience { break }
      parts.add(costs[step])
      for earlier in predecessors[step] where earlier >= start {
        parts.join(start.distance(to: earlier), start.distance(to: step))
      }
      total += costs[step]
      unforkedTotal += unforked[step]
      longest = max(longest, parts.cost(of: start.distance(to: step)))
      let gain = unforkedTotal - max(longest, (total + coreCount - 1) / coreCount)
      if gain > best.gain { best = (gain, step.advanced(by: 1)) }
    }
    guard best.gain >= leastGain else { return nil }
    return DisjointSets.components(start..<best.end, predecessors)
  }

  /// Whether a step before the end needs none of those from the start on, so that there are two branches.
  private func canFork(from start: PlanStepNumber, to end: PlanStepNumber) -> Bool {
    costs[start] <= longStep
      && (start.advanced(by: 1)..<end).contains { step in
        lastPredecessors[step].map { $0 < start } ?? true
      }
  }
}

/// Steps in sets that grow together, with the cost of each set.
private struct DisjointSets {
  private var parents: [Int] = []
  private var costs: [Int] = []

  mutating func add(_ cost: Int) {
    parents.append(parents.count)
    costs.append(cost)
  }

  /// The member that stands for the set of a member.
  func representative(of member: Int) -> Int {
    var member = member
    while parents[member] != member { member = parents[member] }
    return member
  }

  /// What all members of the set of a member cost.
  func cost(of member: Int) -> Int { costs[representative(of: member)] }

  /// Puts the sets of two members together; the earlier one stands for them.
  mutating func join(_ a: Int, _ b: Int) {
    let (a, b) = (representative(of: a), representative(of: b))
    if a == b { return }
    parents[max(a, b)] = min(a, b)
    costs[min(a, b)] += costs[max(a, b)]
  }

  /// The steps of a range in sets of those that depend on each other, each in order, the sets in the order
  /// of their first steps.
  static func components(
    _ steps: Range<PlanStepNumber>, _ predecessors: PerPlanStep<[PlanStepNumber]>
  ) -> [[PlanStepNumber]] {
    var sets = DisjointSets()
    let start = steps.lowerBound
    for step in steps {
      sets.add(0)
      for earlier in predecessors[step] where earlier >= start {
        sets.join(start.distance(to: earlier), start.distance(to: step))
      }
    }
    var components: [Int: [PlanStepNumber]] = [:]
    for step in steps {
      components[sets.representative(of: start.distance(to: step)), default: []].append(step)
    }
    return components.sorted { $0.key < $1.key }.map(\.value)
  }
}
