import AdjointCore
import Dispatch
import Synchronization

/// The kernel compiler of an engine, made when it is first needed: to open LLVM takes several times as long
/// as passes and lowering of a small graph.
package final class KernelCompilerLoader: Sendable {
  private let library: String?
  private let cacheFolder: String?
  private let notify: @Sendable (Diagnostic) -> Void
  private let loaded = Mutex<Result<KernelCompiler, Diagnostic>?>(nil)
  private let isOpening = Atomic<Bool>(false)

  /// - Parameters:
  ///   - library: the path of the library of LLVM; nil for the best known that is found.
  ///   - cacheFolder: where compiled kernels are kept; nil for nowhere.
  package init(
    library: String?, cacheFolder: String?, notify: @escaping @Sendable (Diagnostic) -> Void
  ) {
    self.library = library
    self.cacheFolder = cacheFolder
    self.notify = notify
  }

  /// Begins to make the compiler on another thread, once.
  package func open() {
    guard !isOpening.exchange(true, ordering: .relaxed) else { return }
    DispatchQueue.global().async { _ = self.compiler }
  }

  /// The compiler, or why there is none.
  package var compiler: Result<KernelCompiler, Diagnostic> {
    loaded.withLock { loaded in
      if let loaded { return loaded }
      let made = CodeGenerator.forThisMachine(library: library).map { generator in
        KernelCompiler(
          generator, cache: cacheFolder.map { ObjectCache($0, notify: notify) }, notify: notify)
      }
      loaded = made
      return made
    }
  }
}
