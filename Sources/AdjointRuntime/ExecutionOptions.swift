import AdjointCodegen
import AdjointCore

/// What a loaded plan may use of the machine.
package struct ExecutionOptions: Hashable, Sendable {
  /// The most threads a run uses, itself included; nil for one for each active processor, at most
  /// `maximumDefaultThreads`.
  package var threads: Int?
  /// The most bytes that a context may allocate: its arena and whatever back end and threads need besides;
  /// nil for three quarters of the memory that the process may use.
  package var maximumArenaByteCount: Int?
  /// What loop nests become; nil for what `ADJOINT_BACKEND` names, else generated code.
  package var backend: Backend?

  package init(
    threads: Int? = nil, maximumArenaByteCount: Int? = nil, backend: Backend? = nil
  ) {
    self.threads = threads
    self.maximumArenaByteCount = maximumArenaByteCount
    self.backend = backend
  }

  /// More threads than this are used only if asked for.
  package static let maximumDefaultThreads = 16

  /// The number of threads in force, at least one.
  var threadLimit: Int {
    let available = min(AvailableMachine.processorCount, Self.maximumDefaultThreads)
    return max(1, min(threads ?? available, ThreadPool.maximumThreads))
  }

  /// The size limit in force.
  var arenaLimit: Int {
    maximumArenaByteCount ?? MemoryLimit.standard
  }

  /// What loop nests become with these options.
  ///
  /// - Throws: `.invalidArgument` for a back end that does not exist.
  var chosenBackend: Backend {
    get throws(Diagnostic) { if let backend { backend } else { try Backend.standard.get() } }
  }

  /// Does what comes before kernels are compiled while the compiler becomes ready: to open LLVM takes
  /// several times as long as passes and lowering of a small graph.
  ///
  /// Once it is open, this does the work alone.
  package func whileCompilerOpens<Result>(
    _ work: () throws(Diagnostic) -> Result
  ) throws(Diagnostic) -> Result {
    guard try chosenBackend == .generated else { return try work() }
    // First, since it looks for functions, and would wait for LLVM while that is being opened.
    _ = BLASLibrary.isPrepared
    KernelCompiler.open()
    // A process that ended meanwhile would take LLVM apart while another thread puts it together, so
    // this waits, also where the work throws.
    defer { _ = KernelCompiler.shared }
    return try work()
  }
}
