import AdjointCore
import AdjointGraph
import AdjointKernels
import AdjointLowering
import AdjointPasses
import AdjointRuntime

/// What compiling makes of a graph before it is loaded: the graph after the passes, its plan, and how they belong
/// together.
///
/// Nodes are numbers of the graph after the passes.
struct LoweredGraph {
  /// The graph after the passes.
  let optimized: Graph
  let plan: VerifiedPlan
  let fusions: FusionReport
  let rows: RowFusionReport
  let origins: PlanOrigins
  let execution: ExecutionOptions

  /// Binds dimensions, runs the passes and lowers, while the compiler of an engine becomes ready.
  ///
  /// - Throws: as `Graph.compiled(_:on:)`.
  init(_ graph: Graph, _ options: CompilationOptions, on engine: Engine) throws(Diagnostic) {
    let bound = try graph.binding(options.dimensions)
    try bound.checkBound()
    execution = ExecutionOptions(
      threads: options.threads, maximumArenaByteCount: options.maximumArenaByteCount,
      backend: options.backend)
    (optimized, plan, fusions, rows, origins) = try engine.execution.whileCompilerOpens(execution) {
      () throws(Diagnostic) in
      let optimized = try options.pipeline(bound)
      let lowered = try optimized.loweredWithLedgers(.thisMachine)
      return (optimized, lowered.plan, lowered.fusions, lowered.rows, lowered.origins)
    }
  }
}
