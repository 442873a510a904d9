import AdjointCore
import AdjointGraph
import AdjointKernels

extension Graph {
  /// The plan that computes this graph, all of whose dimensions are bound; verified, once.
  ///
  /// - Throws: `.unboundDimension`; `.memoryLimit` where the values do not fit; whatever an operator
  ///   says of types that it cannot lower; `.invalidPlan` never, unless an operator's kernels are
  ///   wrong.
  package func lowered(
    _ options: LoweringOptions = LoweringOptions()
  ) throws(Diagnostic) -> VerifiedPlan {
    try loweredWithLedgers(options).plan
  }

  /// The plan, and what was fused into its contractions.
  ///
  /// - Throws: as `lowered(_:)`.
  package func loweredWithFusionReport(
    _ options: LoweringOptions = LoweringOptions()
  ) throws(Diagnostic) -> (plan: VerifiedPlan, fusions: FusionReport) {
    let lowered = try loweredWithLedgers(options)
    return (lowered.plan, lowered.fusions)
  }

  /// The plan, what was fused into its contractions, what is done row by row, and what it all stands for.
  ///
  /// - Throws: as `lowered(_:)`.
  package func loweredWithLedgers(
    _ options: LoweringOptions = LoweringOptions()
  ) throws(Diagnostic) -> (
    plan: VerifiedPlan, fusions: FusionReport, rows: RowFusionReport, origins: PlanOrigins
  ) {
    let kernels = try options.pipeline(
      KernelGraph(lowering: self), on: options.machine.fixedPart)
    let schedule = BranchSearch.run(
      on: Scheduler.schedule(kernels), for: options.machine, leastGain: options.leastForkGain)
    let storage = try StorageAssignment(schedule, writesInPlace: options.writesInPlace)
    let layout = try ArenaLayout.best(for: storage.storages, stepCount: schedule.steps.count)
    guard layout.byteCount <= options.byteLimit else {
      throw Diagnostic(
        .memoryLimit,
        "the graph \(name) needs \(layout.byteCount) bytes, more than the limit of "
          + "\(options.byteLimit); use smaller extents or raise the limit")
    }
    let plan = try VerifiedPlan(
      verifying: PlanAssembly.plan(schedule, storage, layout, labels: label))
    let reports = kernels.reports(numberedAs: schedule.steps)
    return (plan, reports.fusions, reports.rows, PlanOrigins(plan.plan, schedule))
  }

  /// The kernels of this graph, all of whose dimensions are bound, after the passes of a pipeline, as text.
  ///
  /// - Throws: as `lowered(_:)`.
  package func kernelText(
    after pipeline: LoweringPipeline, on machine: MachineModel
  ) throws(Diagnostic) -> String {
    KernelGraphPrinter.text(
      try pipeline(KernelGraph(lowering: self), on: machine.fixedPart), labels: label)
  }
}
