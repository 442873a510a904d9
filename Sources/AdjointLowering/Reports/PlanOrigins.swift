import AdjointKernels

/// The nodes that the steps and the buffers of a plan stand for, as numbers of the graph that was lowered.
///
/// They are worked out where somebody asks.
package struct PlanOrigins {
  private let plan: Plan
  private let schedule: Schedule

  init(_ plan: Plan, _ schedule: Schedule) {
    self.plan = plan
    self.schedule = schedule
  }

  /// For each step, all its nodes in ascending order.
  package var steps: PerPlanStep<[Int]> { PerPlanStep(schedule.steps.map { $0.nodes.sorted() }) }

  /// For each buffer that steps write, the node whose value it holds; nil for others.
  package var buffers: PerBuffer<Int?> {
    var buffers = PerBuffer<Int?>(repeating: nil, count: plan.buffers.count)
    for (step, scheduled) in zip(plan.steps, schedule.steps) {
      let values: [ValueNumber] =
        switch scheduled.work {
        case .nest, .rows: scheduled.writes
        case .call(_, _, let results): results
        }
      for (buffer, value) in zip(step.results, values) {
        buffers[buffer] = schedule.values[value].node
      }
    }
    return buffers
  }
}
