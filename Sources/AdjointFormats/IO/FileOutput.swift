import AdjointCore

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A file that is being written, part by part.
package final class FileOutput {
  private let file: FileDescriptor
  /// The path as the user wrote it, for messages.
  private let path: String

  init(_ file: consuming FileDescriptor, path: String) {
    self.file = file
    self.path = path
  }

  /// Writes the bytes behind those written so far.
  ///
  /// - Throws: `Diagnostic` `.inputOutput`, such as for a full disk.
  package func write(_ bytes: [UInt8]) throws(Diagnostic) {
    if let number = bytes.withUnsafeBytes({ file.write($0) }) {
      throw Diagnostic.system("write", path, reason: number)
    }
  }

  /// Writes elements as they lie in memory, without copying them.
  ///
  /// - Throws: `Diagnostic` `.inputOutput`, such as for a full disk.
  func write(elements: [some BitwiseCopyable]) throws(Diagnostic) {
    if let number = elements.withUnsafeBytes({ file.write($0) }) {
      throw Diagnostic.system("write", path, reason: number)
    }
  }

  func setPermissions(_ permissions: mode_t) { _ = file.setPermissions(permissions) }

  func synchronise() -> Int32? { file.synchronise() }
}
