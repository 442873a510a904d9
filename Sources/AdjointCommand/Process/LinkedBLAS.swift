import Foundation

/// What the command does to the BLAS that it is linked with, in its own process.
enum LinkedBLAS {
  private typealias SetThreads = @convention(c) (CInt) -> Void
  private typealias EndThreads = @convention(c) () -> CInt

  /// Ends the threads that OpenBLAS makes when it is loaded.
  ///
  /// They look for work for a tenth of a second, which takes a core from what the command does first, and
  /// get none: an engine cuts products itself, for threads of its own. Called before anything else, while
  /// they have nothing to do; else the call would not return.
  static func endThreads() {
    guard let setThreads = function("openblas_set_num_threads", as: SetThreads.self),
      let end = function("blas_thread_shutdown_", as: EndThreads.self)
    else { return }
    // To set their number makes threads where there are none.
    setThreads(1)
    _ = end()
  }

  private static func function<Function>(_ name: String, as type: Function.Type) -> Function? {
    #if canImport(Darwin)
      let everywhere = UnsafeMutableRawPointer(bitPattern: -2)
    #else
      let everywhere: UnsafeMutableRawPointer? = nil
    #endif
    return dlsym(everywhere, name).map { unsafeBitCast($0, to: type) }
  }
}
