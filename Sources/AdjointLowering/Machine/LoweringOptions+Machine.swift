#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension LoweringOptions {
  /// The options under which graphs are compiled and reported on: those with the cache of this machine's
  /// cores.
  package static let thisMachine: LoweringOptions = {
    var options = LoweringOptions()
    if let size = secondCacheByteCount { options.cacheByteCount = limited(size) }
    return options
  }()

  /// A size to judge rows by: systems in a virtual machine say strange things of their caches, and cores
  /// that share a large one do not have it each.
  static func limited(_ byteCount: Int) -> Int { min(max(byteCount, 1 << 18), 1 << 22) }

  /// The bytes of a core's second cache; nil where the system does not say.
  private static var secondCacheByteCount: Int? {
    #if canImport(Glibc)
      let size = sysconf(Int32(_SC_LEVEL2_CACHE_SIZE))
    #elseif canImport(Darwin)
      var size = 0
      var length = MemoryLayout<Int>.size
      guard sysctlbyname("hw.l2cachesize", &size, &length, nil, 0) == 0 else { return nil }
    #else
      let size = 0
    #endif
    return size > 0 ? size : nil
  }
}
