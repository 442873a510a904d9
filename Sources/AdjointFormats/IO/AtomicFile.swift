import AdjointCore

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Files that appear whole or not at all: whoever reads the path, whenever the writer is killed,
/// finds the previous file or the new one.
package enum AtomicFile {
  /// Replaces the file at a path by what `fill` writes.
  ///
  /// The bytes go to a temporary file in the same folder, which is synchronised to the disk and
  /// renamed over the path; then the folder is synchronised. Through a symbolic link, what it points to
  /// is written, whether or not it exists yet; the permissions of the previous file are kept. A device
  /// or a pipe is written to directly, since replacing it by a file is never meant.
  ///
  /// What killed writers of the same file left behind is removed first (`TemporaryFile`).
  ///
  /// - Throws: `Diagnostic` `.inputOutput`, or what `fill` throws; the previous file is then as it was.
  package static func write(
    to path: String, _ fill: (FileOutput) throws(Diagnostic) -> Void
  ) throws(Diagnostic) {
    try checkSpelling(path)
    let target = try resolved(path)
    var status = stat()
    guard stat(target, &status) == 0 else {
      return try replace(target, permissions: nil, for: path, fill)
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG:
      try replace(target, permissions: status.st_mode & 0o777, for: path, fill)
    case S_IFDIR:
      throw Diagnostic.system("write", path, reason: EISDIR)
    default:
      switch FileDescriptor.open(target, flags: O_WRONLY) {
      case .failed(let number): throw Diagnostic.system("write", path, reason: number)
      case .open(let file): try fill(FileOutput(file, path: path))
      }
    }
  }

  /// Replaces the file at a path by the bytes.
  ///
  /// - Throws: `Diagnostic` `.inputOutput`; the previous file is then as it was.
  package static func write(_ bytes: [UInt8], to path: String) throws(Diagnostic) {
    try write(to: path) { (output) throws(Diagnostic) in try output.write(bytes) }
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
    let target = try resolved(path)
    var status = stat()
    let exists = stat(target, &status) == 0
    let mode = status.st_mode & S_IFMT
    if exists, mode == S_IFDIR { throw Diagnostic.system("write", path, reason: EISDIR) }
    let denial: Int32
    if exists, mode != S_IFREG {
      denial = access(target, W_OK)
    } else {
      // With the slash, a file in the place of the folder is told apart from a locked folder.
      denial = access(TemporaryFile.folder(of: target) + "/", W_OK | X_OK)
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
    _ target: String, permissions: mode_t?, for path: String,
    _ fill: (FileOutput) throws(Diagnostic) -> Void
  ) throws(Diagnostic) {
    let folder: FileDescriptor
    switch FileDescriptor.open(TemporaryFile.folder(of: target), flags: O_RDONLY | O_DIRECTORY) {
    case .open(let opened): folder = opened
    case .failed(let number): throw Diagnostic.system("write", path, reason: number)
    }
    TemporaryFile.removeAbandoned(beside: target)
    let temporary = try TemporaryFile(beside: target, for: path)
    // A file system without permissions refuses this, and loses nothing.
    if let permissions { temporary.output.setPermissions(permissions) }
    try fill(temporary.output)
    if let number = temporary.output.synchronise() ?? temporary.rename(to: target) {
      throw Diagnostic.system("write", path, reason: number)
    }
    // Some file systems cannot synchronise a folder and say EINVAL; they have no more to give.
    if let number = folder.synchronise(), number != EINVAL {
      throw Diagnostic.system("write", path, reason: number)
    }
  }

  /// The links that a path may lead through, as many as Linux follows.
  private static let maximumLinkCount = 40

  /// The path that a symbolic link at the end of a path stands for, also where nothing is there yet.
  private static func resolved(_ path: String) throws(Diagnostic) -> String {
    var target = path
    for _ in 0...maximumLinkCount {
      guard let link = contents(ofLink: target) else { return target }
      var next = link
      if !link.hasPrefix("/") {
        let folder = TemporaryFile.folder(of: target)
        next = folder == "/" ? "/" + link : folder + "/" + link
      }
      // The links of /proc to pipes and to deleted files hold no path; the system alone follows them.
      var status = stat()
      if lstat(next, &status) != 0, stat(target, &status) == 0 { return target }
      target = next
    }
    throw Diagnostic.system("write", path, reason: ELOOP)
  }

  /// What a symbolic link holds; nil for anything else, and for a path where nothing is.
  private static func contents(ofLink path: String) -> String? {
    var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = bytes.withUnsafeMutableBytes { buffer in
      guard let start = buffer.baseAddress else { return -1 }
      return readlink(path, start.assumingMemoryBound(to: CChar.self), buffer.count)
    }
    guard count > 0, count < bytes.count else { return nil }
    return String(decoding: bytes[..<count], as: UTF8.self)
  }
}
