import AdjointCore
import AdjointGraph
import AdjointKernels
import AdjointLowering
import AdjointPasses
import AdjointRuntime

extension Graph {
  /// The graph in the language of Graphviz: values flow down, each role in a colour of its own.
  public var graphviz: String { DOTPrinter.text(of: self) }

  /// How many nodes there are of each role, such as `12 nodes: 7 forward, 4 adjoint, 1 accumulation`.
  public var nodeCounts: String { GraphPrinter(self).counts }

  /// The nodes with one of the roles, nil for those that the user wrote, in the `.graph` format.
  ///
  /// It is for reading: the nodes may use values of the parts left out.
  public func text(of roles: Set<Provenance.Role?>) -> String { GraphPrinter(self).text(of: roles) }

  /// What compiling makes of the graph: its kernels, the steps in order, and every buffer with its
  /// place, lifetime and size, with the peak and the lower bound.
  ///
  /// `KernelText.checked(_:of:)` and `adjoint print` read it again, the elements of constants included.
  ///
  /// - Throws: as `compiled(_:)`.
  public func planReport(
    _ options: CompilationOptions = CompilationOptions()
  ) throws(Diagnostic) -> String {
    let bound = try binding(options.dimensions)
    try bound.checkBound()
    let plan = try options.pipeline(bound).lowered(LoweringOptions(machine: options.machine)).plan
    return PlanPrinter.text(plan, constants: .whole)
  }

  /// How often the graph calls each function, with how many bodies, and how many kernels are compiled for all of
  /// them.
  ///
  /// - Throws: as `compiled(_:)`.
  public func callReport(
    _ options: CompilationOptions = CompilationOptions()
  ) throws(Diagnostic) -> String {
    let bound = try binding(options.dimensions)
    try bound.checkBound()
    let plan = try options.pipeline(bound).lowered(LoweringOptions(machine: options.machine)).plan
    return try CallReport.text(bound, plan)
  }

  /// What compiling takes into the matrix products of the graph: for each what it does besides
  /// multiplying, what was left and why, and the bytes that are neither written nor read for it.
  ///
  /// Products have the numbers of their steps in `planReport(_:)`.
  ///
  /// - Throws: as `compiled(_:)`.
  public func fusionReport(
    _ options: CompilationOptions = CompilationOptions()
  ) throws(Diagnostic) -> String {
    let bound = try binding(options.dimensions)
    try bound.checkBound()
    let optimized = try options.pipeline(bound)
    return FusionReportPrinter.text(
      try optimized.loweredWithFusionReport(LoweringOptions(machine: options.machine)).fusions,
      of: optimized)
  }

  /// What compiling does row by row: the loop nests that are one kernel, such as those of a softmax; those
  /// that stay apart and why; and the bytes that stay in the cache for it.
  ///
  /// Groups have the numbers of their steps in `planReport(_:)`.
  ///
  /// - Throws: as `compiled(_:)`.
  public func rowReport(
    _ options: CompilationOptions = CompilationOptions()
  ) throws(Diagnostic) -> String {
    let bound = try binding(options.dimensions)
    try bound.checkBound()
    let optimized = try options.pipeline(bound)
    return RowFusionReportPrinter.text(
      try optimized.loweredWithLedgers(LoweringOptions(machine: options.machine)).rows,
      of: optimized)
  }

  /// The forms in which generated code can be read.
  public enum CodeForm: Hashable, Sendable {
    /// LLVM's textual intermediate representation, as it is given to LLVM.
    case llvm
    /// The assembly language of this processor, as LLVM makes it.
    case assembly
  }

  /// The code that compiling generates for the graph: that of each kernel, headed by its number, which
  /// is that of `planReport(_:)`.
  ///
  /// - Throws: as `compiled(_:)`, and where no code can be generated since there is no LLVM.
  public func generatedCode(
    as form: CodeForm, _ options: CompilationOptions = CompilationOptions(),
    on engine: Engine = .shared
  ) throws(Diagnostic) -> String {
    let bound = try binding(options.dimensions)
    try bound.checkBound()
    return try GeneratedCode.text(
      of: options.pipeline(bound).lowered(LoweringOptions(machine: options.machine)),
      for: options.machine, isAssembly: form == .assembly,
      on: engine.execution)
  }

  /// Refuses a graph that has named dimensions left.
  package func checkBound() throws(Diagnostic) {
    let unbound = dimensionNames
    guard unbound.isEmpty else {
      throw Diagnostic(
        .unboundDimension,
        "the graph \(name) has named dimensions; give numbers for \(unbound.joined(separator: ", "))"
      )
    }
  }
}
