import AdjointCore
import AdjointFormats
import Foundation

extension NPYFile {
  /// Reads a file.
  ///
  /// - Throws: `.invalidArgument` where the URL is not that of a file; else as `init(contentsOf:)` with a
  ///   path.
  public init(contentsOf url: URL) throws(Diagnostic) {
    try self.init(contentsOf: url.localPath())
  }

  /// Writes the file, replacing a previous one only when the new one is complete.
  ///
  /// - Throws: `.invalidArgument` where the URL is not that of a file; else as `write(to:)` with a path.
  public func write(to url: URL) throws(Diagnostic) {
    try write(to: url.localPath())
  }
}

extension NPZFile {
  /// Reads a file.
  ///
  /// - Throws: `.invalidArgument` where the URL is not that of a file; else as `init(contentsOf:)` with a
  ///   path.
  public init(contentsOf url: URL) throws(Diagnostic) {
    try self.init(contentsOf: url.localPath())
  }

  /// Writes the file, replacing a previous one only when the new one is complete.
  ///
  /// - Throws: `.invalidArgument` where the URL is not that of a file; else as `write(to:)` with a path.
  public func write(to url: URL) throws(Diagnostic) {
    try write(to: url.localPath())
  }
}

extension SafetensorsFile {
  /// Reads a file.
  ///
  /// - Throws: `.invalidArgument` where the URL is not that of a file; else as `init(contentsOf:)` with a
  ///   path.
  public init(contentsOf url: URL) throws(Diagnostic) {
    try self.init(contentsOf: url.localPath())
  }

  /// Writes the file, replacing a previous one only when the new one is complete.
  ///
  /// - Throws: `.invalidArgument` where the URL is not that of a file; else as `write(to:)` with a path.
  public func write(to url: URL) throws(Diagnostic) {
    try write(to: url.localPath())
  }
}
