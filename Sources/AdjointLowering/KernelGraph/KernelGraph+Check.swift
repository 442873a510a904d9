import AdjointCore
import AdjointKernels

extension KernelGraph {
  /// Refuses a kernel graph whose steps read what is not written yet, or whose kernels are not well formed.
  ///
  /// - Throws: `.invalidPlan`.
  package func check() throws(Diagnostic) {
    for (number, step) in steps.enumerated() {
      guard (step.reads + step.writes).allSatisfy({ $0.rawValue < values.count }) else {
        throw Diagnostic(.invalidPlan, "step s\(number) of a kernel graph names no value")
      }
    }
    let uses = KernelUses(self)
    for (number, step) in steps.enumerated() {
      for value in step.reads where values[value].isComputed {
        guard let writer = uses.lastWriter(of: value), writer < StepNumber(number) else {
          throw Diagnostic(
            .invalidPlan,
            "step s\(number) of a kernel graph reads \(Slot.value(value)) before it is written")
        }
      }
      for value in step.writes where !values[value].isComputed {
        throw Diagnostic(
          .invalidPlan,
          "step s\(number) of a kernel graph writes \(Slot.value(value)), which is given")
      }
    }
    for value in outputs.map(\.value) + updates.map(\.value)
    where values[value].isComputed && uses.lastWriter(of: value) == nil {
      throw Diagnostic(.invalidPlan, "no step of a kernel graph writes \(Slot.value(value))")
    }
    _ = try plan()
  }

  /// A plan of these steps, in which nothing is written in place but parameters: what a kernel graph means.
  ///
  /// - Throws: `.invalidPlan` for kernels that are not well formed; `.memoryLimit`.
  package func plan() throws(Diagnostic) -> VerifiedPlan {
    let schedule = Scheduler.schedule(self)
    let storage = try StorageAssignment(schedule, writesInPlace: false)
    let layout = try ArenaLayout.best(for: storage.storages, stepCount: schedule.steps.count)
    return try VerifiedPlan(
      verifying: PlanAssembly.plan(schedule, storage, layout) { "n\($0)" })
  }
}
