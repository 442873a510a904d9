import Adjoint

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Where the command writes: nothing is buffered, and a failure to write is an error like others.
enum StandardStream: Int32 {
  case output = 1
  case error = 2

  /// Writes a text.
  ///
  /// - Throws: `.inputOutput`, such as for a full disk behind a redirection.
  func write(_ text: String) throws(Diagnostic) { try write(Array(text.utf8)) }

  /// Writes the bytes of a text.
  ///
  /// - Throws: `.inputOutput`, such as for a full disk behind a redirection.
  func write(_ text: [UInt8]) throws(Diagnostic) {
    if let number = attempt(text) {
      throw Diagnostic(
        .inputOutput, "cannot write to the standard output: \(String(cString: strerror(number)))")
    }
  }

  /// Writes a text to which nobody may listen, such as progress.
  func writeIgnoringFailure(_ text: String) { _ = attempt(Array(text.utf8)) }

  /// Whether a person looks at it.
  var isTerminal: Bool { isatty(rawValue) == 1 }

  /// The columns of the terminal, 80 where it does not say.
  var columnCount: Int {
    var size = winsize()
    guard ioctl(rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// The number of the system's error, or nil where all was written.
  private func attempt(_ bytes: [UInt8]) -> Int32? {
    bytes.withUnsafeBytes { bytes in
      var written = 0
      while written < bytes.count {
        #if canImport(Darwin)
          let count = Darwin.write(
            rawValue, bytes.baseAddress.map { $0 + written }, bytes.count - written)
        #else
          let count = Glibc.write(
            rawValue, bytes.baseAddress.map { $0 + written }, bytes.count - written)
        #endif
        if count < 0 {
          if errno == EINTR { continue }
          return errno
        }
        written += count
      }
      return nil
    }
  }
}
