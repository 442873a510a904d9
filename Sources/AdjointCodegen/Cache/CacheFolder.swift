#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A folder of files that appear whole or not at all, in which the user alone can write.
///
/// Its files are reached by way of the open folder, so that what was checked is what is used.
final class CacheFolder: Sendable {
  /// Why a folder cannot be used.
  struct Refusal: Error {
    var reason: String

    init(_ reason: String) { self.reason = reason }
    init(_ number: Int32) { reason = String(cString: strerror(number)) }
  }

  /// A file and what is known of it without reading it.
  struct Item {
    var name: String
    var byteCount: Int
    /// The seconds since it was last used.
    var age: Int
  }

  private let descriptor: Int32

  /// Opens a folder, after making it if it is missing.
  ///
  /// Code is run from it, so one that another user owns or can write to is refused.
  init(_ path: String) throws(Refusal) {
    if let number = Self.make(path) { throw Refusal(number) }
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Refusal(errno) }
    var status = stat()
    var reason: Refusal?
    if fstat(descriptor, &status) != 0 {
      reason = Refusal(errno)
    } else if status.st_uid != geteuid() {
      reason = Refusal("it belongs to another user")
    } else if status.st_mode & 0o022 != 0 {
      reason = Refusal("other users can write to it")
    }
    // Everything is initialised, so that the descriptor is closed in `deinit` also where this throws; to close
    // it here as well would close what another thread has opened meanwhile.
    if let reason { throw reason }
  }

  deinit { close(descriptor) }

  /// Makes a folder and those above it; the number of the system's error where that fails.
  private static func make(_ path: String) -> Int32? {
    if path.isEmpty || path.utf8.contains(0) { return ENOENT }
    if mkdir(path, 0o700) == 0 || errno == EEXIST { return nil }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
      return errno
    }
    if let number = make(String(path[..<slash])) { return number }
    return mkdir(path, 0o700) == 0 || errno == EEXIST ? nil : errno
  }

  // MARK: Files

  /// The bytes of a file; nil where there is none.
  func read(_ name: String, atMost limit: Int) throws(Refusal) -> [UInt8]? {
    // Without waiting, should it be a pipe.
    let file = openat(descriptor, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard file >= 0 else {
      if errno == ENOENT { return nil }
      if errno == ELOOP { return [] }
      throw Refusal(errno)
    }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw Refusal(errno) }
    // What is no file, or far too long to be an entry, is as good as a damaged one.
    guard status.st_mode & S_IFMT == S_IFREG, status.st_size <= limit else { return [] }
    noteUse(of: file, status)
    let count = Int(status.st_size)
    var failure: Int32?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let more = pread(
          file, buffer.baseAddress.map { $0 + filled }, count - filled, off_t(filled))
        if more < 0, errno == EINTR { continue }
        if more < 0 { failure = errno }
        if more <= 0 { return }
        filled += more
      }
    }
    if let failure { throw Refusal(failure) }
    return bytes
  }

  /// Puts a file in place; whoever reads it at the time finds the old one or the new one.
  func write(_ bytes: [UInt8], as name: String) throws(Refusal) {
    let unique = String(UInt64.random(in: .min ... .max), radix: 36)
    let temporary = "\(Self.temporaryPrefix)\(getpid())-\(unique)"
    let file = openat(descriptor, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw Refusal(errno) }
    var failure = Self.fill(file, with: bytes)
    if close(file) != 0, failure == nil { failure = errno }
    if failure == nil, renameat(descriptor, temporary, descriptor, name) != 0 { failure = errno }
    if let failure {
      _ = unlinkat(descriptor, temporary, 0)
      throw Refusal(failure)
    }
  }

  private static func fill(_ file: Int32, with bytes: [UInt8]) -> Int32? {
    bytes.withUnsafeBytes { bytes in
      var written = 0
      while written < bytes.count {
        #if canImport(Darwin)
          let more = Darwin.write(
            file, bytes.baseAddress.map { $0 + written }, bytes.count - written)
        #else
          let more = Glibc.write(
            file, bytes.baseAddress.map { $0 + written }, bytes.count - written)
        #endif
        if more < 0 {
          if errno == EINTR { continue }
          return errno
        }
        written += more
      }
      return nil
    }
  }

  func remove(_ name: String) { _ = unlinkat(descriptor, name, 0) }

  // MARK: Age

  /// What a file is called until it is whole.
  static let temporaryPrefix = "unfinished-"

  /// A use is noted at most so often, in seconds, to spare the disk.
  private static let noteInterval = 3600

  /// Notes the use as the time of change: that of access is often not kept.
  private func noteUse(of file: Int32, _ status: stat) {
    if Self.age(of: status) > Self.noteInterval { _ = futimens(file, nil) }
  }

  private static func age(of status: stat) -> Int {
    #if canImport(Darwin)
      let changed = status.st_mtimespec.tv_sec
    #else
      let changed = status.st_mtim.tv_sec
    #endif
    return time(nil) - changed
  }

  /// The seconds since a file was last used or written; nil where there is none.
  func age(of name: String) -> Int? { item(name)?.age }

  private func item(_ name: String) -> Item? {
    var status = stat()
    guard fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0,
      status.st_mode & S_IFMT == S_IFREG
    else { return nil }
    return Item(name: name, byteCount: Int(status.st_size), age: Self.age(of: status))
  }

  /// All files.
  func items() -> [Item] {
    let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard copy >= 0 else { return [] }
    guard let listing = fdopendir(copy) else {
      close(copy)
      return []
    }
    defer { closedir(listing) }
    var items: [Item] = []
    while let entry = readdir(listing) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
        name.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: name.pointee)) {
          String(cString: $0)
        }
      }
      if let item = item(name) { items.append(item) }
    }
    return items
  }
}
