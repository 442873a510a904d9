#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

extension ObjectCache {
  /// `.cache/adjoint` in the home folder of the user, as the system's list of users has it; nil for a user
  /// without one.
  package static let standardFolder: String? = {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    let home = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1 << 14) { memory in
      guard let start = memory.baseAddress,
        getpwuid_r(geteuid(), &entry, start, memory.count, &found) == 0,
        found != nil, let folder = entry.pw_dir
      else { return String?.none }
      return String(cString: folder)
    }
    guard let home, home.hasPrefix("/"), home != "/" else { return nil }
    return home + "/.cache/adjoint"
  }()
}
