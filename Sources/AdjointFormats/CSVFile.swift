import AdjointCore

/// A table of numbers in comma-separated text, plain or compressed by gzip.
///
/// A first line of names is the header, which is not part of the table; see `Header`. Spaces and
/// double quotes around a number, a UTF-8 byte order mark, CR LF line ends and blank lines are
/// accepted. Every row has as many fields as the first, and every field is a finite number.
public struct CSVFile: Hashable, Sendable {
  /// Whether the first line that is not blank has the names of the columns.
  public enum Header: Hashable, Sendable, CaseIterable {
    /// It does where none of its fields is a number or a word for a missing value.
    ///
    /// An infinity counts as a number. The words are `NA`, `#NA`, `N/A`, `#N/A`, `<NA>`, `NaN`,
    /// `null`, `none`, `nil`, `missing`, `?`, `.`, `-`, `--` and the empty field, in capitals or not
    /// and with a sign or without. A row of data with a value missing is therefore refused, wherever
    /// it stands, and never taken for names; names that look like it, years among them, need
    /// `.present`.
    case automatic
    /// It does, whatever they look like.
    case present
    /// It does not: every line is a row of the table.
    case absent
  }

  /// The names of the columns, if the file has a header line.
  public let columnNames: [String]?
  /// The numbers, of shape `[rows, columns]`.
  public let tensor: Tensor

  /// Reads a file into a tensor of `f32` or `f64`.
  ///
  /// - Throws: `Diagnostic` `.inputOutput` where it cannot be read; `.syntax` for a field that is not
  ///   a number or a row of another length, `.notFinite` for NaN and infinity, both with line and
  ///   column; `.invalidArgument` for another scalar type.
  public init(
    contentsOf path: String, as scalarType: ScalarType = .f32, header: Header = .automatic
  ) throws(Diagnostic) {
    try self.init(from: try ByteSource.inflated(path), as: scalarType, header: header)
  }

  /// Reads the bytes of a file that is not compressed; the path is only for messages.
  ///
  /// - Throws: as `init(contentsOf:as:header:)`.
  public init(
    bytes: [UInt8], as scalarType: ScalarType = .f32, header: Header = .automatic,
    path: String = "CSV data"
  ) throws(Diagnostic) {
    try self.init(from: ByteSource(bytes: bytes, path: path), as: scalarType, header: header)
  }

  /// Reads a file line by line.
  init(
    from source: ByteSource, as scalarType: ScalarType, header: Header
  ) throws(Diagnostic) {
    var parser = try CSVParser(source, header: header)
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
        location: SourceLocation(file: source.path))
    }
  }
}
