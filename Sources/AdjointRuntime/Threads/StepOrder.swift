import AdjointCore
import AdjointKernels

/// The nanoseconds of a step.
struct StepTime {
  /// On one thread.
  var alone: Int
  /// Where it is in no fork, on as many as share it.
  var unforked: Int
}

/// In which order the steps of a plan run, and which of its branches run at the same time.
struct StepOrder {
  /// The plan's steps: those of a branch one behind the other.
  let steps: [PlanStepNumber]
  /// Ranges of `steps`, each for one thread or, where a region has no other, for all.
  let branches: [Range<Int>]
  /// Ranges of `branches`, to be run in order.
  ///
  /// The branches of one run at the same time. There are none where steps just follow each other.
  let regions: [Range<Int>]

  /// An order in which each fork that is worth it has as many branches as there are threads, or fewer.
  ///
  /// - Parameters:
  ///   - times: What each step takes; nil for one that must not run beside others.
  ///   - leastGain: The nanoseconds that branches save at least where they run at the same time.
  init(_ plan: Plan, _ times: PerPlanStep<StepTime?>, threads: Int, leastGain: Int) {
    var steps: [PlanStepNumber] = []
    var branches: [Range<Int>] = []
    var regions: [Range<Int>] = []
    func add(_ tasks: [[PlanStepNumber]]) {
      let first = branches.count
      for task in tasks where !task.isEmpty {
        branches.append(steps.count..<(steps.count + task.count))
        steps += task
      }
      if branches.count > first { regions.append(first..<branches.count) }
    }
    var next: PlanStepNumber = 0
    for fork in plan.forks {
      guard let tasks = Self.tasks(of: fork, times, threads: threads, leastGain: leastGain)
      else { continue }
      add([Array(next..<fork.steps.lowerBound)])
      add(tasks)
      next = fork.steps.upperBound
    }
    add([Array(next..<plan.steps.endIndex)])
    self.steps = steps
    self.branches = branches
    self.regions = branches.count > regions.count ? regions : []
  }

  /// The steps of a fork for each of so many threads; nil where one alone is as good.
  private static func tasks(
    of fork: Plan.Fork, _ times: PerPlanStep<StepTime?>, threads: Int, leastGain: Int
  ) -> [[PlanStepNumber]]? {
    var unforked = 0
    var branches: [(steps: Range<PlanStepNumber>, cost: Int)] = []
    for branch in fork.branches {
      var sum = 0
      for step in branch {
        guard let time = times[step] else { return nil }
        sum = sum +| time.alone
        unforked = unforked +| time.unforked
      }
      branches.append((branch, sum))
    }
    // The longest first, each to the thread that has least to do.
    branches.sort { ($1.cost, $0.steps.lowerBound) < ($0.cost, $1.steps.lowerBound) }
    var tasks = Array(
      repeating: (steps: [PlanStepNumber](), cost: 0), count: min(threads, branches.count))
    for branch in branches {
      guard let task = tasks.indices.min(by: { tasks[$0].cost < tasks[$1].cost }) else {
        return nil
      }
      tasks[task].steps += branch.steps
      tasks[task].cost = tasks[task].cost +| branch.cost
    }
    let longest = tasks.map(\.cost).max() ?? 0
    return unforked - longest >= leastGain ? tasks.map(\.steps) : nil
  }
}
