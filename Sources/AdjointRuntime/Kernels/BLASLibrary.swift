import CBLAS
import Foundation
import Synchronization

/// The BLAS that the process is linked with.
///
/// Calls that only OpenBLAS has are looked up at run time.
enum BLASLibrary {
  private typealias SetThreads = @convention(c) (CInt) -> Void
  private typealias GetThreads = @convention(c) () -> CInt
  private typealias EndThreads = @convention(c) () -> CInt
  private typealias GetConfiguration = @convention(c) () -> UnsafePointer<CChar>?

  private static let setThreads = function("openblas_set_num_threads", as: SetThreads.self)
  private static let getThreads = function("openblas_get_num_threads", as: GetThreads.self)

  /// What the library says of itself; nil for one that is not OpenBLAS.
  static let configuration: String? = {
    guard let get = function("openblas_get_config", as: GetConfiguration.self), let text = get()
    else { return nil }
    return String(cString: text)
  }()

  /// The threads that the library uses by its own choice: 1 where it has no such setting.
  static let availableThreads: Int = getThreads.map { max(1, Int($0())) } ?? 1

  /// The thread count last set.
  ///
  /// It is one for the process, so a change is made under a lock that is held only for the call; a
  /// run that wants what is set already takes no lock.
  private static let currentThreads = Atomic<Int>(0)
  private static let change = Mutex<Void>(())

  /// Makes the library ready, once in a process, before the first product.
  static let isPrepared: Bool = {
    OpenBLASCoreType.correct()
    if secondsOfWork() < secondsOfYouth {
      // To set their number makes threads where there are none.
      useThreads(1)
      endThreads()
    }
    return true
  }()

  /// The processor seconds of a process in which its threads may still be those that were made when the
  /// library was loaded, and nobody has given them any work.
  private static let secondsOfYouth = 0.5

  /// Ends the library's own threads; it makes them anew for a caller that wants them, as after a fork.
  ///
  /// It makes them when it is loaded, and they look for work for a tenth of a second: that takes a core
  /// from what a process does first, which is to compile. Here each product is for one of this package's
  /// threads. They must have nothing to do, or the call would not return.
  static func endThreads() {
    _ = function("blas_thread_shutdown_", as: EndThreads.self)?()
  }

  /// The processor time that this process has used.
  private static func secondsOfWork() -> Double {
    var time = timespec()
    guard clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return .infinity }
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Asks for a number of threads for the products that follow.
  static func useThreads(_ wanted: Int) {
    guard let setThreads else { return }
    let count = max(1, min(wanted, availableThreads))
    if currentThreads.load(ordering: .relaxed) == count { return }
    change.withLock { _ in
      setThreads(CInt(count))
      currentThreads.store(count, ordering: .relaxed)
    }
  }

  static func function<Function>(_ name: String, as type: Function.Type) -> Function? {
    #if canImport(Darwin)
      let everywhere = UnsafeMutableRawPointer(bitPattern: -2)
    #else
      let everywhere: UnsafeMutableRawPointer? = nil
    #endif
    guard let symbol = dlsym(everywhere, name) else { return nil }
    return unsafeBitCast(symbol, to: type)
  }
}
