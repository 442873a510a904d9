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
    var kernels = try KernelGraph(lowering: self)
    if options.splitsInner { kernels = SplitK.run(on: kernels) }
    kernels = ProducerFusion.run(on: kernels, inlines: options.fusesProducers)
    let costs = RowCosts(cacheByteCount: options.cacheByteCount)
    if options.fusesRows { kernels = SharedMatrixVectorFusion.run(on: kernels, costs: costs) }
    kernels.beginFusionReport()
    if options.fusesAddends { kernels = AddendFusion.run(on: kernels) }
    if options.fusesEpilogues { kernels = EpilogueFusion.run(on: kernels) }
    if options.elidesCopies { kernels = CopyElision.run(on: kernels) }
    if options.fusesRows { kernels = RowFusion.run(on: kernels, costs: costs) }
    if options.mergesSiblings { kernels = SiblingFusion.run(on: kernels) }
    let schedule = BranchSearch.run(
      on: Scheduler.schedule(kernels), leastGain: options.leastForkGain)
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
    var (fusions, rows) = (kernels.fusionReport, kernels.rowFusionReport)
    for (number, step) in schedule.steps.enumerated() {
      if let entry = step.entry { fusions.entries[entry].step = number }
      if let group = step.group { rows.groups[group].step = number }
    }
    return (plan, fusions, rows, PlanOrigins(plan.plan, schedule))
  }
}
