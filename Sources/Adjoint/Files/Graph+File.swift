import AdjointCore
import AdjointFormats
import AdjointGraph
import AdjointOperators

extension Graph {
  /// The largest graph file that is read, in bytes.
  public static let maximumFileByteCount = GraphLimits.fileBytes

  /// Reads a graph file.
  ///
  /// - Throws: `.inputOutput` where the file cannot be read; `.syntax`, `.unknownOperator`,
  ///   `.shapeMismatch` and others, with line and column, where it is not a valid graph.
  public init(contentsOf path: String) throws(Diagnostic) {
    try self.init(
      bytes: FileBytes.read(path, maximumByteCount: Self.maximumFileByteCount), of: path)
  }

  /// Reads a graph from the bytes of a graph file.
  ///
  /// - Throws: as `init(contentsOf:)`.
  package init(bytes: [UInt8], of path: String) throws(Diagnostic) {
    self = try GraphParser.parse(bytes, file: path, registry: .standard)
  }

  /// Reads a graph from the text of a graph file.
  ///
  /// - Throws: as `init(contentsOf:)`; places are in `file`.
  public init(text: String, file: String = "text") throws(Diagnostic) {
    self = try GraphParser.parse(Array(text.utf8), file: file, registry: .standard)
  }

  /// Writes a graph file, replacing a previous one only when the new one is complete.
  ///
  /// - Throws: `.inputOutput` where the file cannot be written, `.memoryLimit` for a graph that would
  ///   not be read back, because it has too many nodes or more than `maximumFileByteCount` as text.
  public func write(to path: String) throws(Diagnostic) {
    try AtomicFile.write(to: path) { (output) throws(Diagnostic) in
      try writeText { (part) throws(Diagnostic) in try output.write(part) }
    }
  }

  /// Gives the text of the graph file to a receiver, in parts of about a mebibyte.
  ///
  /// - Throws: what the receiver throws; `.memoryLimit` as `write(to:)`.
  public func writeText(to receive: ([UInt8]) throws(Diagnostic) -> Void) throws(Diagnostic) {
    try GraphPrinter.write(self, to: receive)
  }
}
