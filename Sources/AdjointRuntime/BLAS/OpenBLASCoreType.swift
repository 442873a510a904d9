/// Which kernels suit a processor that OpenBLAS does not know.
///
/// A build for several processors chooses its kernels by the model when it is loaded, and takes the
/// oldest, of SSE3 alone, for a model that is newer than itself: 0.3.21, which Debian 12 has, does so on
/// Intel's of 2023, at a fifth of their speed. The features are known all the same, so that the choice can
/// be made again.
package enum OpenBLASCoreType {
  /// The names of kernels without AVX.
  private static let oldNames: Set<String> = [
    "prescott", "core2", "penryn", "dunnington", "nehalem", "atom", "nano", "opteron",
    "opteron_sse3", "barcelona", "bobcat", "generic",
  ]

  /// The kernels to take in place of those of a name; nil where these will do.
  package static func better(than name: String, features: Set<String>) -> String? {
    oldNames.contains(name.lowercased()) ? suitable(for: features) : nil
  }

  /// The kernels that suit a processor with the given features, or nil where the old ones may do.
  static func suitable(for features: Set<String>) -> String? {
    let wide: Set = ["avx512f", "avx512dq", "avx512bw", "avx512vl", "avx512cd"]
    if wide.isSubset(of: features) { return "SKYLAKEX" }
    return features.isSuperset(of: ["avx2", "fma"]) ? "HASWELL" : nil
  }
}
