#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A file that is open in this process; closed when the value goes out of scope.
///
/// The methods return the system's error number, or nil on success, and try again where a signal
/// interrupts a call.
struct FileDescriptor: ~Copyable {
  private let number: Int32

  private init(number: Int32) { self.number = number }

  deinit { _ = close(number) }

  enum Opening: ~Copyable {
    case open(FileDescriptor)
    case failed(Int32)
  }

  static func open(_ path: String, flags: Int32, permissions: mode_t = 0o666) -> Opening {
    while true {
      let number = systemOpen(path, flags | O_CLOEXEC, permissions)
      if number >= 0 { return .open(FileDescriptor(number: number)) }
      if errno != EINTR { return .failed(errno) }
    }
  }

  func setPermissions(_ permissions: mode_t) -> Int32? {
    retrying { fchmod(number, permissions) }
  }

  func status(_ status: inout stat) -> Int32? {
    fstat(number, &status) == 0 ? nil : errno
  }

  func synchronise() -> Int32? {
    retrying { fsync(number) }
  }

  /// Takes the file for this opening of it, until it is closed; `EWOULDBLOCK` where another has it.
  func lock() -> Int32? {
    retrying { flock(number, LOCK_EX | LOCK_NB) }
  }

  /// Whether this very file is at a path.
  func isLinked(at path: String) -> Bool {
    var (own, other) = (stat(), stat())
    return fstat(number, &own) == 0 && lstat(path, &other) == 0 && own.st_ino == other.st_ino
      && own.st_dev == other.st_dev
  }

  /// Writes all the bytes, in as many calls as the system needs.
  func write(_ buffer: UnsafeRawBufferPointer) -> Int32? {
    var written = 0
    while written < buffer.count {
      let part = UnsafeRawBufferPointer(rebasing: buffer[written...].prefix(1 << 30))
      let count = systemWrite(number, part)
      if count > 0 {
        written += count
      } else if count == 0 {
        return EIO
      } else if errno != EINTR {
        return errno
      }
    }
    return nil
  }

  /// Reads into memory; the number of bytes read, 0 at the end of the file, or the system's error
  /// number, negated.
  func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    while true {
      let count = systemRead(number, buffer)
      if count >= 0 { return count }
      if errno != EINTR { return -Int(errno) }
    }
  }

  private func retrying(_ call: () -> Int32) -> Int32? {
    while true {
      if call() == 0 { return nil }
      if errno != EINTR { return errno }
    }
  }
}

// The system's calls under names that the methods above do not hide.
private func systemOpen(_ path: String, _ flags: Int32, _ permissions: mode_t) -> Int32 {
  open(path, flags, permissions)
}

private func systemWrite(_ number: Int32, _ buffer: UnsafeRawBufferPointer) -> Int {
  write(number, buffer.baseAddress, buffer.count)
}

private func systemRead(_ number: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
  read(number, buffer.baseAddress, buffer.count)
}
