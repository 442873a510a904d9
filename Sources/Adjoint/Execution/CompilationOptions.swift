import AdjointCore
import AdjointPasses
import AdjointRuntime

/// What loop nests become: machine code for this processor, or portable loops.
///
/// `.generated` needs the library of LLVM and gives portable loops where there is none; `.portable` needs
/// nothing.
public typealias Backend = AdjointRuntime.Backend

/// How a graph is compiled.
public struct CompilationOptions: Sendable {
  /// The numbers that the graph's named dimensions stand for.
  public var dimensions: [String: Int]
  /// The passes that run before the graph is lowered.
  public var pipeline: Pipeline
  /// The machine that the plan is for; its vectors and caches decide how sums are put together.
  public var machine: MachineModel
  /// The most threads a run uses; nil for those of the engine.
  public var threads: Int?
  /// The most bytes that a context may allocate: its arena and whatever back end and threads need besides;
  /// nil for the limit of the engine.
  public var maximumArenaByteCount: Int?
  /// What loop nests become; nil for what they become on the engine.
  public var backend: Backend?

  /// Options; each has a sensible default.
  public init(
    dimensions: [String: Int] = [:], pipeline: Pipeline = .compilation, threads: Int? = nil,
    maximumArenaByteCount: Int? = nil, backend: Backend? = nil,
    machine: MachineModel = .thisMachine
  ) {
    self.dimensions = dimensions
    self.pipeline = pipeline
    self.threads = threads
    self.maximumArenaByteCount = maximumArenaByteCount
    self.backend = backend
    self.machine = machine
  }
}
