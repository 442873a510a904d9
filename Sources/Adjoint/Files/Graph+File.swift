import AdjointCore
import AdjointFormats
import AdjointGraph
import AdjointOperators

extension Graph {
  /// The largest graph file that is read, in bytes.
  public static let maximumFileByteCount = 256 << 20

  /// Reads a graph file.
  ///
  /// - Throws: `.inputOutput` where the file cannot be read; `.syntax`, `.unknownOperator`,
  ///   `.shapeMismatch` and others, with line and column, where it is not a valid graph.
  public init(contentsOf path: String) throws(Diagnostic) {
    let bytes = try FileBytes.read(path, maximumByteCount: Self.maximumFileByteCount)
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
  /// - Throws: `.inputOutput` where the file cannot be written.
  public func write(to path: String) throws(Diagnostic) {
    try AtomicFile.write(text: description, to: path)
  }
}
