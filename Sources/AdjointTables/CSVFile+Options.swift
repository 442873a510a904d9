extension CSVFile {
  /// What separates the fields of a line.
  public enum Separator: String, Hashable, Sendable, CaseIterable {
    /// A tab where the first line has one and no comma outside of quotes, a semicolon where it has one and
    /// neither; else a comma.
    case automatic
    /// A comma.
    case comma
    /// A semicolon, as spreadsheets write it where the comma is the decimal mark.
    ///
    /// Numbers are still written with a point; one with a comma is refused.
    case semicolon
    /// A tab.
    case tab
  }

  /// What becomes of a value that is missing: a field that is empty or a word for a missing value, as
  /// `Header.automatic` lists them, NaN among them.
  public enum MissingValues: Hashable, Sendable, CustomStringConvertible {
    /// The file is refused, with line and column.
    case refuse
    /// Its row is left out, also where only the label is missing.
    case dropRows
    /// It becomes a number; a label must be there.
    case fill(Double)
    /// It becomes a number of its column: one for each column of the table, in its order; a label must be
    /// there.
    ///
    /// With the `columnMeans` of training data, other data is filled as that was.
    case fillEach([Double])
    /// It becomes the mean of the values that the column has in this file; a label must be there.
    ///
    /// For data to test on use `fillEach` with the means of the training data: a model is given in use what it
    /// was trained with, and the mean of a few rows says little.
    case mean

    /// `refuse`, `drop`, `mean`, or `fill` with the number, `fill each` with the numbers.
    public var description: String {
      switch self {
      case .refuse: "refuse"
      case .dropRows: "drop"
      case .fill(let number): "fill \(number)"
      case .fillEach(let numbers): "fill each " + numbers.map { "\($0)" }.joined(separator: ", ")
      case .mean: "mean"
      }
    }
  }

  /// How a table in text is read.
  public struct Options: Hashable, Sendable {
    /// Whether the first line has the names of the columns.
    public var header: Header
    /// What separates fields.
    public var separator: Separator
    /// What becomes of missing values.
    public var missingValues: MissingValues
    /// The columns of the table by name, in this order; nil for all but the label's.
    ///
    /// The first line is then the header.
    public var columns: [String]?
    /// The column that is wanted apart, by name; nil for the last.
    ///
    /// The first line is then the header.
    public var labelColumn: String?
    /// The names of classes in the order of their numbers, where the column that is wanted apart has
    /// names.
    ///
    /// Without them a column of a whole-number type has names where the label of its first row is no
    /// number; they are numbered in the order of their Unicode scalars, so that the order of the rows
    /// does not matter. A word for a missing value is a name only if it is listed here.
    public var classNames: [String]?

    /// Options; as they are, a file of numbers with as many fields in each row.
    public init(
      header: Header = .automatic, separator: Separator = .automatic,
      missingValues: MissingValues = .refuse, columns: [String]? = nil,
      labelColumn: String? = nil, classNames: [String]? = nil
    ) {
      self.header = header
      self.separator = separator
      self.missingValues = missingValues
      self.columns = columns
      self.labelColumn = labelColumn
      self.classNames = classNames
    }

    /// Whether columns are chosen by name.
    var namesColumns: Bool { columns != nil || labelColumn != nil }
  }
}
