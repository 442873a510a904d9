import AdjointCore

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A file under construction beside the one that it will replace.
///
/// While it is written it carries a lock (`flock`), which the system takes back when the process ends,
/// however it ends. Whoever gets the lock of another one's file therefore knows that nobody will finish
/// it. Its name tells which file it is to replace: `.adjoint-`, a hash of that file's name, `-`, a random
/// number, `.tmp`. Where a file system has no locks nothing is taken for abandoned.
final class TemporaryFile {
  let output: FileOutput
  private let path: String
  private var isInPlace = false

  /// An empty, locked file in the folder of the target.
  ///
  /// - Throws: `Diagnostic` `.inputOutput`, for the path as the user wrote it.
  init(beside target: String, for userPath: String) throws(Diagnostic) {
    while true {
      let unique = String(UInt64.random(in: .min ... .max), radix: 36)
      let path = "\(Self.folder(of: target))/\(Self.prefix(for: target))\(unique)\(Self.suffix)"
      switch FileDescriptor.open(path, flags: O_RDWR | O_CREAT | O_EXCL) {
      case .failed(let number): throw Diagnostic.system("write", userPath, reason: number)
      case .open(let file):
        // Between its creation and its lock another writer may take it for abandoned; then it is gone,
        // or will be, and the next one has another name.
        if file.lock() == EWOULDBLOCK || !file.isLinked(at: path) { continue }
        self.path = path
        output = FileOutput(file, path: userPath)
        return
      }
    }
  }

  deinit { if !isInPlace { _ = unlink(path) } }

  /// Puts the file in the place of another; the number of the system's error, or nil.
  func rename(to target: String) -> Int32? {
    guard systemRename(path, target) == 0 else { return errno }
    isInPlace = true
    return nil
  }

  /// Removes the files that were to replace the target and that nobody is writing.
  static func removeAbandoned(beside target: String) {
    let folder = folder(of: target)
    let prefix = prefix(for: target)
    guard let listing = opendir(folder) else { return }
    defer { closedir(listing) }
    while let entry = readdir(listing) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { continue }
      removeIfAbandoned("\(folder)/\(name)")
    }
  }

  private static func removeIfAbandoned(_ path: String) {
    // A pipe of that name must not make the writer wait, and a link must not lead it elsewhere.
    let flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK
    guard case .open(let file) = FileDescriptor.open(path, flags: flags) else { return }
    // With the lock no writer can be at work on this file, and none begins on one that exists. Its
    // writer may have renamed it before it let go of the lock; then another file, or none, is here.
    guard file.lock() == nil, file.isLinked(at: path) else { return }
    _ = unlink(path)
  }

  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static let suffix = ".tmp"

  private static func prefix(for target: String) -> String {
    var name = target[...]
    if let slash = target.lastIndex(of: "/") { name = target[target.index(after: slash)...] }
    // FNV-1a, 64 bits: a name of any length fits. Two files with one hash only clean up for each other.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    return ".adjoint-\(String(hash, radix: 36))-"
  }
}

// Under a name that the method does not hide.
private func systemRename(_ old: String, _ new: String) -> Int32 { rename(old, new) }
