#if BLAS || SystemLibraries
  #if canImport(Darwin)
    import CAccelerate
  #else
    import CBLAS
  #endif
  import Foundation

  /// A copy of OpenBLAS in a namespace of its own, which nobody else in the process sees.
  ///
  /// The linker gives it a C library of its own too, and with that an environment: the number of threads is
  /// decided before it is loaded, so it makes none, and the host's copy, if it has one, stays as its host has
  /// set it. What it takes of the process is its mutexes and memory, which threads of other copies of the C
  /// library can use alike; it keeps nothing for each thread.
  package final class PrivateOpenBLAS: @unchecked Sendable {
    // Written before it is shared.
    package let library: BLASLibrary
    /// The file it was loaded from.
    package let path: String
    /// The name of its kernels.
    package let coreName: String
    /// The threads it has of its own.
    package let threadCount: Int

    /// The copy of this process, loaded with the first product that needs a library; nil where the system
    /// has no namespaces, or there is no OpenBLAS.
    ///
    /// One for all engines: a process can have no more than some namespaces.
    package static let shared: PrivateOpenBLAS? = {
      for path in candidates where access(path, R_OK) == 0 {
        if let copy = PrivateOpenBLAS(path) { return copy }
      }
      return nil
    }()

    /// Debian's build without threads, and what the process is linked with.
    private static var candidates: [String] {
      #if arch(x86_64)
        let triple = "x86_64-linux-gnu"
      #else
        let triple = "aarch64-linux-gnu"
      #endif
      let serial = "/usr/lib/\(triple)/openblas-serial/libopenblas.so.0"
      return [serial, linkedPath].compactMap(\.self)
    }

    /// The file of the library that the process is linked with.
    private static var linkedPath: String? {
      LinkerNamespace.path(
        of: unsafeBitCast(BLASLibrary.linked.singleMatrixMatrix, to: UnsafeRawPointer.self))
    }

    /// Loads a copy; nil where that fails, or the library is no OpenBLAS.
    private init?(_ path: String) {
      guard let namespace = LinkerNamespace() else { return nil }
      namespace.setEnvironment(["OPENBLAS_NUM_THREADS=1"])
      guard let loaded = namespace.load(path),
        let count = loaded.function("openblas_get_num_threads", as: GetThreads.self), count() == 1,
        let name = loaded.function("openblas_get_corename", as: CoreName.self),
        let single = loaded.function("cblas_sgemm", as: CBLASSingleMatrixMatrix.self),
        let singleVector = loaded.function("cblas_sgemv", as: CBLASSingleMatrixVector.self),
        let double = loaded.function("cblas_dgemm", as: CBLASDoubleMatrixMatrix.self),
        let doubleVector = loaded.function("cblas_dgemv", as: CBLASDoubleMatrixVector.self)
      else {
        namespace.close()
        return nil
      }
      self.path = path
      threadCount = Int(count())
      library = BLASLibrary(
        singleMatrixMatrix: single, singleMatrixVector: singleVector, doubleMatrixMatrix: double,
        doubleMatrixVector: doubleVector)
      if let better = name().flatMap({
        OpenBLASCoreType.better(than: String(cString: $0), features: Self.processorFeatures())
      }), let quit = loaded.function("gotoblas_dynamic_quit", as: Action.self),
        let start = loaded.function("gotoblas_dynamic_init", as: Action.self)
      {
        namespace.setEnvironment(["OPENBLAS_NUM_THREADS=1", "OPENBLAS_CORETYPE=\(better)"])
        quit()
        start()
      }
      coreName = name().map { String(cString: $0) } ?? ""
    }

    private typealias GetThreads = @convention(c) () -> CInt
    private typealias CoreName = @convention(c) () -> UnsafePointer<CChar>?
    private typealias Action = @convention(c) () -> Void

    /// The processor's features in the kernel's spelling; empty where they cannot be read.
    package static func processorFeatures() -> Set<String> {
      guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8),
        let line = text.split(separator: "\n").first(where: { $0.hasPrefix("flags") })
      else { return [] }
      return Set(line.split(separator: " ").map(String.init))
    }
  }
#endif
