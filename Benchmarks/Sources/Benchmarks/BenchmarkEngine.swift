import Adjoint
import Foundation

extension Engine {
  /// The engine of the benchmarks, as their environment asks for it: the back end by `ADJOINT_BACKEND`, the
  /// folder of compiled kernels, or `off`, by `ADJOINT_CACHE`, the library of LLVM by `ADJOINT_LLVM`.
  static let benchmarks = Engine(environmentOptions)

  /// The same with as many threads as a run asks for, however few processors there are.
  static let oversubscribed: Engine = {
    var options = environmentOptions
    options.oversubscribes = true
    return Engine(options)
  }()

  private static let environmentOptions: Options = {
    let environment = ProcessInfo.processInfo.environment.filter { !$0.value.isEmpty }
    var options = Options(llvmLibrary: environment["ADJOINT_LLVM"])
    if let name = environment["ADJOINT_BACKEND"] {
      guard let backend = Backend(rawValue: name) else {
        FileHandle.standardError.write(Data("there is no back end \(name)\n".utf8))
        exit(1)
      }
      options.backend = backend
    }
    if let folder = environment["ADJOINT_CACHE"] {
      options.cacheFolder = folder == "off" ? nil : folder
    }
    return options
  }()
}

/// What the benchmarks do to the BLAS that they are linked with, in their own process.
enum LinkedBLAS {
  /// Ends the threads that OpenBLAS makes when it is loaded and that look for work for a tenth of a second;
  /// called first, while they have nothing to do.
  static func endThreads() {
    typealias SetThreads = @convention(c) (CInt) -> Void
    typealias EndThreads = @convention(c) () -> CInt
    #if canImport(Darwin)
      let everywhere = UnsafeMutableRawPointer(bitPattern: -2)
    #else
      let everywhere: UnsafeMutableRawPointer? = nil
    #endif
    guard let set = dlsym(everywhere, "openblas_set_num_threads"),
      let end = dlsym(everywhere, "blas_thread_shutdown_")
    else { return }
    unsafeBitCast(set, to: SetThreads.self)(1)
    _ = unsafeBitCast(end, to: EndThreads.self)()
  }
}
