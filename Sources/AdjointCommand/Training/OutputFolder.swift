import Adjoint

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Finds out before a long training whether its result can be written.
enum OutputFolder {
  /// - Throws: `.inputOutput` where the folder of a path is missing or cannot be written to.
  static func check(_ path: String) throws(Diagnostic) {
    let folder: String
    switch path.lastIndex(of: "/") {
    case nil: folder = "."
    case path.startIndex?: folder = "/"
    case let slash?: folder = String(path[..<slash])
    }
    guard access(folder, W_OK | X_OK) == 0 else {
      let reason = String(cString: strerror(errno))
      throw Diagnostic(
        .inputOutput,
        "nothing can be written to the folder \(folder): \(reason); choose another, or make it",
        location: SourceLocation(file: path))
    }
  }
}
