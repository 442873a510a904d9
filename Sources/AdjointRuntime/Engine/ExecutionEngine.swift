import AdjointCodegen
import AdjointCore

/// What plans run on: threads, products, generated code, and how much memory there is.
///
/// Two engines share nothing that one could notice of the other.
package final class ExecutionEngine: Sendable {
  /// What is used where a plan asks for nothing else.
  package struct Options: Sendable {
    /// The most threads a run uses, itself included; nil for one for each processor that the process may
    /// use, at most `maximumDefaultThreads`.
    package var threads: Int?
    /// What loop nests become.
    package var backend = Backend.generated
    /// The most bytes that a context may allocate; nil for three quarters of the memory that the process
    /// may use.
    package var maximumByteCount: Int?
    /// Where compiled kernels are kept; nil for nowhere.
    package var cacheFolder: String?
    /// The path of the library of LLVM; nil for the best known that is found.
    package var llvmLibrary: String?
    /// Whether runs may have more threads than there are processors, as tests want.
    package var oversubscribes = false

    package init() {}
  }

  /// More threads than this are used only if asked for.
  package static let maximumDefaultThreads = 16

  let threads: Int
  package let backend: Backend
  let maximumByteCount: Int
  let pool: ThreadPool
  package let compilers: KernelCompilerLoader
  /// Takes what went wrong where the work could still be done, only slower.
  package let notify: @Sendable (Diagnostic) -> Void

  package init(
    _ options: Options = Options(),
    notify: @escaping @Sendable (Diagnostic) -> Void = { _ in }
  ) {
    threads =
      options.threads ?? min(AvailableMachine.processorCount, Self.maximumDefaultThreads)
    pool = ThreadPool(
      threads: options.oversubscribes
        ? ThreadPool.maximumThreads : AvailableMachine.processorCount)
    backend = options.backend
    maximumByteCount = options.maximumByteCount ?? MemoryLimit.standard
    compilers = KernelCompilerLoader(
      library: options.llvmLibrary, cacheFolder: options.cacheFolder, notify: notify)
    self.notify = notify
  }

  /// Where compiled kernels are kept if nobody names another folder; nil for a user without a home folder.
  package static var standardCacheFolder: String? { ObjectCache.standardFolder }

  /// The compiler of a back end, if it has one and it can work.
  func compiler(of backend: Backend) -> KernelCompiler? {
    guard backend == .generated else { return nil }
    switch compilers.compiler {
    case .success(let compiler): return compiler
    case .failure(let absence):
      notify(
        Diagnostic(
          .codeGeneration,
          "\(absence.message); kernels run in portable loops, which is slower; install LLVM 19, name its"
            + " library, or choose the portable back end"))
      return nil
    }
  }

  /// Does what comes before kernels are compiled while the compiler becomes ready: to open LLVM takes
  /// several times as long as passes and lowering of a small graph.
  ///
  /// Once it is open, this does the work alone.
  package func whileCompilerOpens<Result>(
    _ options: ExecutionOptions, _ work: () throws(Diagnostic) -> Result
  ) throws(Diagnostic) -> Result {
    guard options.backend ?? backend == .generated else { return try work() }
    compilers.open()
    // A process that ended meanwhile would take LLVM apart while another thread puts it together, so
    // this waits, also where the work throws.
    defer { _ = compilers.compiler }
    return try work()
  }
}
