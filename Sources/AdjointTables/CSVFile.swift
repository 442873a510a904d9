import AdjointCore
import AdjointFormats

/// A table of numbers in text whose fields are separated by commas, tabs or semicolons, plain or compressed by gzip.
///
/// A first line of names is the header, which is not part of the table; see `Header`. Spaces and
/// double quotes around a number, a UTF-8 byte order mark, CR LF line ends and blank lines are
/// accepted. Every row has as many fields as the first, and every field that is read is a finite
/// number, unless `Options` say otherwise: labels may be names, and values may be missing.
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

  /// The names of the columns that were read, that of the column apart last, if the file has a header
  /// line.
  public let columnNames: [String]?
  /// The numbers, of shape `[rows, columns]`; without the last column where that was asked for apart.
  public let tensor: Tensor
  /// The last column, or the one that options name, of shape `[rows]`, where a type of its own was asked
  /// for it.
  public let lastColumn: Tensor?
  /// The names of the classes by their numbers in `lastColumn`, where that has names.
  public let classNames: [String]?
  /// The mean of each column of `tensor`, where missing values were to become it, or the numbers that
  /// `MissingValues.fillEach` gave; nil for other policies.
  public let columnMeans: [Double]?

  /// Reads a file.
  ///
  /// Every number is read as the type that it is for, so that a whole number is exact in a type of
  /// whole numbers; floating-point types round it, as they round fractions.
  ///
  /// - Parameters:
  ///   - path: The file, plain or compressed by gzip.
  ///   - scalarType: The type of the numbers.
  ///   - lastType: The type of the last column, such as that of labels, which is then in
  ///     `lastColumn` and not in `tensor`.
  ///   - header: Whether the first line has the names of the columns.
  /// - Throws: `Diagnostic` `.inputOutput` where it cannot be read; `.syntax` for a field that is not
  ///   a number or a row of another length, `.notFinite` for NaN and infinity, `.scalarTypeMismatch`
  ///   for a fraction where the type has whole numbers, `.invalidType` for a number beyond the range
  ///   of its type, all with line and column; `.shapeMismatch` for a last column that is the only one.
  public init(
    contentsOf path: String, as scalarType: ScalarType = .f32,
    lastColumnAs lastType: ScalarType? = nil, header: Header = .automatic
  ) throws(Diagnostic) {
    try self.init(
      from: try ByteSource.inflated(path), as: TableElements(scalarType),
      lastColumnAs: lastType.map { TableElements($0) }, Options(header: header))
  }

  /// Reads a file with columns chosen by name, labels that are names, or values that are missing.
  ///
  /// - Parameters:
  ///   - path: The file, plain or compressed by gzip.
  ///   - scalarType: The type of the numbers.
  ///   - lastType: The type of the last column, or of the one that the options name, which is then in
  ///     `lastColumn` and not in `tensor`.
  ///   - options: Which columns are read, and what becomes of names and gaps.
  /// - Throws: as `init(contentsOf:as:lastColumnAs:header:)`; `.unknownName` or `.duplicateName` for the
  ///   name of a column or class, `.invalidArgument` for a column by name of a file without a header,
  ///   `.syntax` for a missing value that the options do not provide for.
  public init(
    contentsOf path: String, as scalarType: ScalarType = .f32,
    lastColumnAs lastType: ScalarType? = nil, options: Options
  ) throws(Diagnostic) {
    try self.init(
      from: try ByteSource.inflated(path), as: TableElements(scalarType),
      lastColumnAs: lastType.map { TableElements($0) }, options)
  }

  /// Reads the bytes of a file that is not compressed; the path is only for messages.
  ///
  /// - Throws: as `init(contentsOf:as:lastColumnAs:header:)`.
  public init(
    bytes: [UInt8], as scalarType: ScalarType = .f32, lastColumnAs lastType: ScalarType? = nil,
    header: Header = .automatic, path: String = "CSV data"
  ) throws(Diagnostic) {
    try self.init(
      from: ByteSource(bytes: bytes, path: path), as: TableElements(scalarType),
      lastColumnAs: lastType.map { TableElements($0) }, Options(header: header))
  }

  /// Reads the bytes of a file that is not compressed; the path is only for messages.
  ///
  /// - Throws: as `init(contentsOf:as:lastColumnAs:options:)`.
  public init(
    bytes: [UInt8], as scalarType: ScalarType = .f32, lastColumnAs lastType: ScalarType? = nil,
    options: Options, path: String = "CSV data"
  ) throws(Diagnostic) {
    try self.init(
      from: ByteSource(bytes: bytes, path: path), as: TableElements(scalarType),
      lastColumnAs: lastType.map { TableElements($0) }, options)
  }

  /// Reads a file line by line.
  init(
    from source: ByteSource, as elements: TableElements, lastColumnAs last: TableElements?,
    _ options: Options
  ) throws(Diagnostic) {
    let parser = try CSVParser(source, options)
    self =
      switch elements.scalarType {
      case .f32: try Self.read(Float.self, parser, elements, last)
      case .f64: try Self.read(Double.self, parser, elements, last)
      case .i32: try Self.read(Int32.self, parser, elements, last)
      case .i64: try Self.read(Int64.self, parser, elements, last)
      case .u8: try Self.read(UInt8.self, parser, elements, last)
      case .bool: try Self.read(Bool.self, parser, elements, last)
      }
  }

  private init(
    columnNames: [String]?, tensor: Tensor, lastColumn: Tensor?, classNames: [String]?,
    columnMeans: [Double]?
  ) {
    self.columnNames = columnNames
    self.classNames = classNames
    self.columnMeans = columnMeans
    self.tensor = tensor
    self.lastColumn = lastColumn
  }

  private static func read<Element: CSVElement>(
    _ type: Element.Type, _ parser: CSVParser, _ elements: TableElements, _ last: TableElements?
  ) throws(Diagnostic) -> CSVFile {
    var parser = parser
    let column = last.map { $0.column() }
    let table = try parser.parse(type, for: elements.holder, last: column)
    let lastColumn: Tensor? =
      if let column { try Tensor(column.storage, extents: [table.rows]) } else { nil }
    return CSVFile(
      columnNames: table.names,
      tensor: try Tensor(Element.storage(table.elements), extents: [table.rows, table.columns]),
      lastColumn: lastColumn, classNames: table.classNames, columnMeans: table.means)
  }
}
