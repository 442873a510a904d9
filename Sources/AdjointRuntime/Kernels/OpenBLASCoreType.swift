import Foundation

/// Puts right what OpenBLAS makes of a processor it does not know.
///
/// A build for several processors chooses its kernels by the model when it is loaded, and takes the
/// oldest, of SSE3 alone, for a model that is newer than itself: 0.3.21, which Debian 12 has, does so on
/// Intel's of 2023, at a fifth of their speed. The features are known all the same, so the choice is
/// made again, by the library's own `OPENBLAS_CORETYPE`.
enum OpenBLASCoreType {
  private typealias CoreName = @convention(c) () -> UnsafePointer<CChar>?
  private typealias Action = @convention(c) () -> Void

  /// The names of kernels without AVX.
  private static let oldNames: Set<String> = [
    "prescott", "core2", "penryn", "dunnington", "nehalem", "atom", "nano", "opteron",
    "opteron_sse3", "barcelona", "bobcat", "generic",
  ]

  /// The kernels that suit a processor with the given features, or nil where the old ones may do.
  static func suitable(for features: Set<String>) -> String? {
    let wide: Set = ["avx512f", "avx512dq", "avx512bw", "avx512vl", "avx512cd"]
    if wide.isSubset(of: features) { return "SKYLAKEX" }
    return features.isSuperset(of: ["avx2", "fma"]) ? "HASWELL" : nil
  }

  /// Chooses anew where the library took old kernels for a new processor and the user has not chosen.
  ///
  /// It is called once, before this package's first product. A program that computes with the same
  /// library on another thread at that moment sets the variable itself.
  static func correct() {
    #if os(Linux) && arch(x86_64)
      guard ProcessInfo.processInfo.environment["OPENBLAS_CORETYPE"] == nil,
        let name = BLASLibrary.function("openblas_get_corename", as: CoreName.self)?(),
        oldNames.contains(String(cString: name).lowercased()),
        let suitable = suitable(for: processorFeatures()),
        let quit = BLASLibrary.function("gotoblas_dynamic_quit", as: Action.self),
        let start = BLASLibrary.function("gotoblas_dynamic_init", as: Action.self)
      else { return }
      setenv("OPENBLAS_CORETYPE", suitable, 1)
      quit()
      start()
      unsetenv("OPENBLAS_CORETYPE")
    #endif
  }

  /// The processor's features in the kernel's spelling; empty where they cannot be read.
  private static func processorFeatures() -> Set<String> {
    guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix("flags") })
    else { return [] }
    return Set(line.split(separator: " ").map(String.init))
  }
}
