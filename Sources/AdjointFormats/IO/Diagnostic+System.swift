import AdjointCore

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

extension Diagnostic {
  /// A call of the system that failed: what was wanted, the system's reason, and a remedy.
  static func system(_ wanted: String, _ path: String, reason number: Int32) -> Diagnostic {
    let reason = String(cString: strerror(number))
    return Diagnostic(
      .inputOutput, "cannot \(wanted): \(reason); \(remedy(for: number))",
      location: SourceLocation(file: path))
  }

  /// A file whose bytes are not what its format says.
  package static func corrupt(_ message: String, _ path: String) -> Diagnostic {
    Diagnostic(.corruptFile, message, location: SourceLocation(file: path))
  }

  private static func remedy(for number: Int32) -> String {
    switch number {
    case ENOSPC, EDQUOT: "free space on that disk or choose another folder"
    case EFBIG: "raise the limit on file sizes (ulimit -f) or choose another file system"
    case EROFS: "that file system is read-only; choose another folder"
    case EACCES, EPERM: "check the permissions of the file and its folder or choose another path"
    case ENOENT: "check that the path is spelled right and that its folder exists"
    case ENOTDIR: "a part of the path is a file; check the path"
    case EISDIR: "name a file, not a folder"
    case ENAMETOOLONG: "use a shorter path"
    case EMFILE, ENFILE: "close other files or raise the limit on open files (ulimit -n)"
    case ELOOP: "a symbolic link on the path leads back to itself; remove it"
    default: "check the path and the disk"
    }
  }
}
