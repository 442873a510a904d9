import AdjointCore
import AdjointRuntime
import Logging
import Synchronization

/// What executables run on: threads, the back end, compiled kernels, and how much memory there may be.
///
/// A program that asks for nothing gets `shared`. Engines live side by side: each has threads of its own,
/// which end with it, and executables keep the engine that they were compiled on. An engine reads no
/// environment variable, and changes nothing that its process could notice.
public final class Engine: Sendable {
  /// The engine that is used where none is named.
  public static let shared = Engine(sharedOptions.withLock { $0 })

  /// The options of `shared`, before it is first used.
  private static let sharedOptions = Mutex(Options())

  /// Decides the options of `shared`, for tests; of no effect once it has been used.
  package static func prepareShared(_ options: Options) {
    sharedOptions.withLock { $0 = options }
  }

  /// What the engine was made with.
  public let options: Options
  package let execution: ExecutionEngine

  /// An engine; threads are started, and the libraries opened, when something first needs them.
  public init(_ options: Options = Options()) {
    self.options = options
    let notices = NoticeLog(options.logger)
    execution = ExecutionEngine(options.execution) { notices.warn($0) }
  }
}

extension Engine {
  /// How an engine is made.
  public struct Options: Sendable {
    /// The most threads that a run uses, of which there are never more than processors that the process may
    /// use, unless it `oversubscribes`; nil for as many, at most 16.
    public var threads: Int?
    /// What loop nests become.
    public var backend: Backend
    /// The most bytes that a context may allocate: its arena and whatever back end and threads need
    /// besides; nil for three quarters of the memory that the process may use.
    public var maximumMemory: Int?
    /// The folder in which compiled kernels are kept from process to process; nil for none.
    public var cacheFolder: String?
    /// The path of the library of LLVM; nil for the best known that is found.
    public var llvmLibrary: String?
    /// Takes what went wrong where the work could still be done, only slower, such as a library that is
    /// missing: as warnings, one of each code.
    public var logger: Logger
    /// Whether runs may have more threads than there are processors, up to 64.
    ///
    /// They only wait for each other then: it is for seeing on a small machine that what a large one computes
    /// is the same to the bit.
    public var oversubscribes = false

    /// Options; each has a sensible default.
    public init(
      threads: Int? = nil, backend: Backend = .generated, maximumMemory: Int? = nil,
      cacheFolder: String? = Options.standardCacheFolder, llvmLibrary: String? = nil,
      logger: Logger = Options.standardLogger
    ) {
      self.threads = threads
      self.backend = backend
      self.maximumMemory = maximumMemory
      self.cacheFolder = cacheFolder
      self.llvmLibrary = llvmLibrary
      self.logger = logger
    }

    /// `.cache/adjoint` in the user's home folder; nil for a user without one.
    public static var standardCacheFolder: String? { ExecutionEngine.standardCacheFolder }

    /// A logger with the label `adjoint`, from level warning on, which writes where the program lets all
    /// loggers write.
    public static var standardLogger: Logger {
      var logger = Logger(label: "adjoint")
      logger.logLevel = .warning
      return logger
    }

    var execution: ExecutionEngine.Options {
      var execution = ExecutionEngine.Options()
      execution.threads = threads
      execution.backend = backend
      execution.maximumByteCount = maximumMemory
      execution.cacheFolder = cacheFolder
      execution.llvmLibrary = llvmLibrary
      execution.oversubscribes = oversubscribes
      return execution
    }
  }
}

/// Gives one warning of each code to a logger.
private final class NoticeLog: Sendable {
  private let logger: Logger
  private let given = Mutex<Set<Diagnostic.Code>>([])

  init(_ logger: Logger) { self.logger = logger }

  func warn(_ diagnostic: Diagnostic) {
    guard given.withLock({ $0.insert(diagnostic.code).inserted }) else { return }
    logger.warning("\(diagnostic)", metadata: ["code": "\(diagnostic.code)"])
  }
}
