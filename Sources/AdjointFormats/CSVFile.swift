import AdjointCore

/// A table of numbers in comma-separated text, plain or compressed by gzip.
///
/// A first line that has names is the header: every field of it is a name, or one begins with a
/// letter. Spaces and double quotes around a number, a UTF-8 byte order mark, CR LF line ends and
/// blank lines are accepted. Every row has as many fields as the first, and every field is a finite
/// number.
public struct CSVFile: Hashable, Sendable {
  /// The names of the columns, if the file has a header line.
  public let columnNames: [String]?
  /// The numbers, of shape `[rows, columns]`.
  public let tensor: Tensor

  /// Reads a file into a tensor of `f32` or `f64`.
  ///
  /// - Throws: `Diagnostic` `.inputOutput` where it cannot be read; `.syntax` for a field that is not
  ///   a number or a row of another length, `.notFinite` for NaN and infinity, both with line and
  ///   column; `.invalidArgument` for another scalar type.
  public init(contentsOf path: String, as scalarType: ScalarType = .f32) throws(Diagnostic) {
    try self.init(bytes: try FileBytes.readInflated(path), as: scalarType, path: path)
  }

  /// Reads the bytes of a file that is not compressed; the path is only for messages.
  ///
  /// - Throws: as `init(contentsOf:as:)`.
  public init(
    bytes: [UInt8], as scalarType: ScalarType = .f32, path: String = "CSV data"
  ) throws(Diagnostic) {
    var parser = CSVParser(bytes, path: path)
    switch scalarType {
    case .f32:
      let table = try parser.parse(Float.self)
      columnNames = table.names
      tensor = try Tensor(.f32(table.numbers), extents: [table.rows, table.columns])
    case .f64:
      let table = try parser.parse(Double.self)
      columnNames = table.names
      tensor = try Tensor(.f64(table.numbers), extents: [table.rows, table.columns])
    case .i32, .i64, .u8, .bool:
      throw Diagnostic(
        .invalidArgument, "a CSV file is read as f32 or f64, not \(scalarType); cast it afterwards",
        location: SourceLocation(file: path))
    }
  }
}
