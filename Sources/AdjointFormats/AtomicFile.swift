import AdjointCore

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Files that appear whole or not at all: whoever reads the path, whenever the writer is killed,
/// finds the previous file or the new one.
package enum AtomicFile {
  /// Replaces the file at a path by the bytes.
  ///
  /// The bytes go to a temporary file in the same folder, which is synchronised to the disk and
  /// renamed over the path; then the folder is synchronised. A symbolic link stays and its target
  /// is replaced; the permissions of the previous file are kept. A device or a pipe is written to
  /// directly, since replacing it by a file is never meant.
  ///
  /// - Throws: `Diagnostic` `.inputOutput`; the previous file is then as it was.
  package static func write(_ bytes: [UInt8], to path: String) throws(Diagnostic) {
    try checkSpelling(path)
    var status = stat()
    guard stat(path, &status) == 0 else {
      return try replace(path, with: bytes, permissions: nil)
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG:
      try replace(resolved(path), with: bytes, permissions: status.st_mode & 0o777)
    case S_IFDIR:
      throw Diagnostic.system("write", path, reason: EISDIR)
    default:
      try writeThrough(bytes, to: path)
    }
  }

  /// Replaces the file at a path by the UTF-8 bytes of a text.
  ///
  /// - Throws: `Diagnostic` `.inputOutput`; the previous file is then as it was.
  package static func write(text: String, to path: String) throws(Diagnostic) {
    try write(Array(text.utf8), to: path)
  }

  /// Finds out before long work whether its result can be written to a path.
  ///
  /// - Throws: `Diagnostic` `.inputOutput` where the folder is missing, or permissions forbid it.
  package static func check(_ path: String) throws(Diagnostic) {
    try checkSpelling(path)
    var status = stat()
    let exists = stat(path, &status) == 0
    let mode = status.st_mode & S_IFMT
    if exists, mode == S_IFDIR { throw Diagnostic.system("write", path, reason: EISDIR) }
    let denial: Int32
    if exists, mode != S_IFREG {
      denial = access(path, W_OK)
    } else {
      // With the slash, a file in the place of the folder is told apart from a locked folder.
      denial = access(folder(of: exists ? resolved(path) : path) + "/", W_OK | X_OK)
    }
    guard denial == 0 else { throw Diagnostic.system("write", path, reason: errno) }
  }

  private static func checkSpelling(_ path: String) throws(Diagnostic) {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw Diagnostic(
        .inputOutput, "cannot write to a path that is empty or has a zero byte; name a file")
    }
  }

  private static func replace(
    _ path: String, with bytes: [UInt8], permissions: mode_t?
  ) throws(Diagnostic) {
    let folderPath = folder(of: path)
    let unique = String(UInt64.random(in: .min ... .max), radix: 36)
    let temporary = "\(folderPath)/.adjoint-\(getpid())-\(unique).tmp"
    let folder: FileDescriptor
    switch FileDescriptor.open(folderPath, flags: O_RDONLY | O_DIRECTORY) {
    case .open(let opened): folder = opened
    case .failed(let number): throw Diagnostic.system("write", path, reason: number)
    }
    if let number = fill(temporary, with: bytes, permissions: permissions) {
      _ = unlink(temporary)
      throw Diagnostic.system("write", path, reason: number)
    }
    guard rename(temporary, path) == 0 else {
      let number = errno
      _ = unlink(temporary)
      throw Diagnostic.system("write", path, reason: number)
    }
    // Some file systems cannot synchronise a folder and say EINVAL; they have no more to give.
    if let number = folder.synchronise(), number != EINVAL {
      throw Diagnostic.system("write", path, reason: number)
    }
  }

  private static func fill(
    _ path: String, with bytes: [UInt8], permissions: mode_t?
  ) -> Int32? {
    switch FileDescriptor.open(path, flags: O_WRONLY | O_CREAT | O_EXCL) {
    case .failed(let number): return number
    case .open(let file):
      // A file system without permissions refuses this, and loses nothing.
      if let permissions { _ = file.setPermissions(permissions) }
      return file.write(bytes) ?? file.synchronise()
    }
  }

  private static func writeThrough(_ bytes: [UInt8], to path: String) throws(Diagnostic) {
    let failure: Int32?
    switch FileDescriptor.open(path, flags: O_WRONLY) {
    case .failed(let number): failure = number
    case .open(let file): failure = file.write(bytes)
    }
    if let failure { throw Diagnostic.system("write", path, reason: failure) }
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func resolved(_ path: String) -> String {
    guard let name = realpath(path, nil) else { return path }
    defer { free(name) }
    return String(cString: name)
  }
}
