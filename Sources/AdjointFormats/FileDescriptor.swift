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

  /// Writes all the bytes, in as many calls as the system needs.
  func write(_ bytes: [UInt8]) -> Int32? {
    bytes.withUnsafeBytes { buffer in
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
  }

  /// Reads into the array from an index on; the number of bytes read, 0 at the end of the file, or
  /// the system's error number, negated.
  func read(into bytes: inout [UInt8], from start: Int) -> Int {
    bytes.withUnsafeMutableBytes { buffer in
      let part = UnsafeMutableRawBufferPointer(rebasing: buffer[start...].prefix(1 << 30))
      while true {
        let count = systemRead(number, part)
        if count >= 0 { return count }
        if errno != EINTR { return -Int(errno) }
      }
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
