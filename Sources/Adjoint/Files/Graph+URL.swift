import AdjointCore
import AdjointGraph
import Foundation

extension Graph {
  /// Reads a graph file.
  ///
  /// - Throws: `.invalidArgument` where the URL is not that of a file; else as `init(contentsOf:)` with a
  ///   path.
  public init(contentsOf url: URL) throws(Diagnostic) {
    try self.init(contentsOf: url.localPath())
  }

  /// Writes a graph file, replacing a previous one only when the new one is complete.
  ///
  /// - Throws: `.invalidArgument` where the URL is not that of a file; else as `write(to:)` with a path.
  public func write(to url: URL) throws(Diagnostic) {
    try write(to: url.localPath())
  }
}
