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
package struct LoweredGraph {
  /// The graph after the passes.
  package let optimized: Graph
  package let plan: VerifiedPlan
  package let fusions: FusionReport
  package let rows: RowFusionReport
  package let origins: PlanOrigins

  /// Runs the passes on a graph and lowers it.
  ///
  /// - Parameters:
  ///   - bound: A graph whose dimensions are bound.
  ///   - options: The passes, and the machine that the plan is for.
  ///   - observe: Sees each pass with the graph that it gives.
  /// - Throws: as `Graph.compiled(_:on:)`.
  package init(
    _ bound: Graph, _ options: CompilationOptions,
    observe: (Pass, Graph) throws(Diagnostic) -> Void = { _, _ in }
  ) throws(Diagnostic) {
    optimized = try options.pipeline(bound, observe: observe)
    (plan, fusions, rows, origins) = try optimized.loweredWithLedgers(
      LoweringOptions(machine: options.machine))
  }
}

extension CompilationOptions {
  /// What loading a plan asks of an engine.
  var execution: ExecutionOptions {
    ExecutionOptions(
      threads: threads, maximumArenaByteCount: maximumArenaByteCount, backend: backend,
      machine: machine)
  }

  /// The graph with the numbers of its dimensions.
  ///
  /// - Throws: `.unboundDimension` where one is missing, and as `Graph.binding(_:)`.
  package func binding(_ graph: Graph) throws(Diagnostic) -> Graph {
    let bound = try graph.binding(dimensions)
    try bound.checkBound()
    return bound
  }
}
