import AdjointCore
import AdjointGraph
import AdjointKernels
import AdjointLowering
import AdjointPasses
import AdjointRuntime

/// A compiled graph: kernels and the place of every value, ready to run any number of times.
///
/// It cannot change and can be shared between threads; each concurrent use makes a context of its
/// own.
public struct Executable: Sendable {
  /// What can be counted in a compiled graph.
  public struct Statistics: Hashable, Sendable {
    /// The bytes of the plan's arena, the same on every back end and for any number of threads.
    ///
    /// What a context allocates besides, for threads to work in and, on the portable back end, for what
    /// kernels of several stages keep between them, depends on both; it counts in the memory limit.
    public let plannedByteCount: Int
    /// The largest sum of bytes that are live at once; no arena for these steps can be smaller.
    public let lowerBoundByteCount: Int
    /// The kernels that one run launches, products included.
    public let kernelCount: Int
    /// The matrix products among them.
    public let contractionCount: Int
    /// The places where branches of steps may run at the same time; none in a plan for one core.
    public let forkCount: Int
  }

  /// The values the caller gives for each run.
  public let inputs: [Graph.Port]
  /// The values kept from run to run.
  public let parameters: [Graph.Port]
  /// The results.
  public let outputs: [Graph.Port]
  /// What can be counted in it.
  public let statistics: Statistics
  package let plan: Plan
  private let compiled: LoadedPlan
  private let initializers: [String: Initializer]
  /// What `callAsFunction` runs in.
  let calls: CallMemory

  package init(
    _ graph: Graph, _ options: CompilationOptions, on engine: Engine
  ) throws(Diagnostic) {
    let bound = try options.binding(graph)
    let (optimized, plan) = try engine.execution.whileCompilerOpens(options.execution) {
      () throws(Diagnostic) in
      let lowered = try LoweredGraph(bound, options)
      return (lowered.optimized, lowered.plan)
    }
    try self.init(optimized, plan, options.execution, on: engine)
  }

  /// Loads the plan of a graph after the passes.
  init(
    _ optimized: Graph, _ plan: VerifiedPlan, _ execution: ExecutionOptions, on engine: Engine
  ) throws(Diagnostic) {
    self.plan = plan.plan
    compiled = try LoadedPlan(plan, options: execution, on: engine.execution)
    inputs = optimized.inputs
    parameters = optimized.parameters
    outputs = optimized.outputs
    initializers = optimized.initializers
    calls = CallMemory(
      updating: optimized.updates.compactMap { optimized.nodes[$0.parameter].name })
    statistics = Statistics(
      plannedByteCount: self.plan.arenaByteCount,
      lowerBoundByteCount: self.plan.lowerBoundByteCount,
      kernelCount: self.plan.launchCount,
      contractionCount: self.plan.contractionCount,
      forkCount: self.plan.forks.count)
  }

  /// The steps of each branch that others run beside.
  package var forkedSteps: [[[PlanStepNumber]]] { compiled.forkedSteps }

  /// Memory to run in, with every parameter at its initial value for a seed.
  ///
  /// - Throws: `.memoryLimit` where the memory cannot be had.
  public func makeContext(seed: UInt64 = 0) throws(Diagnostic) -> ExecutionContext {
    let context = ExecutionContext(self, try PlanContext(compiled))
    for (place, parameter) in parameters.enumerated() {
      let initializer = initializers[parameter.name] ?? .zeros
      try context.initialize(
        place, initializer.values(parameter.type, name: parameter.name, seed: seed))
    }
    return context
  }
}

extension Graph {
  /// Compiles the graph to run on an engine: binds dimensions, runs the passes, lowers to kernels, plans
  /// memory.
  ///
  /// - Throws: `.unboundDimension` for a named dimension without a number, `.memoryLimit` where the
  ///   plan is larger than allowed.
  public func compiled(
    _ options: CompilationOptions = CompilationOptions(), on engine: Engine = .shared
  ) throws(Diagnostic) -> Executable {
    try Executable(self, options, on: engine)
  }

  /// The initial value of every parameter by name.
  package var initializers: [String: Initializer] {
    var result: [String: Initializer] = [:]
    for node in nodes {
      if case .parameter(let initializer) = node.kind, let name = node.name {
        result[name] = initializer
      }
    }
    return result
  }
}
