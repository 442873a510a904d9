import Adjoint
import AdjointCore
import AdjointFormats
import AdjointTables

extension Dataset {
  /// Reads examples from an NPY, IDX or CSV file that has the label of each in its last column.
  ///
  /// Features and labels of a CSV file are read each as its type: labels are exact in a whole-number
  /// type, whatever the features are. The other formats have one type for all numbers, which features
  /// keep and labels are converted from.
  ///
  /// - Throws: `Diagnostic` as `DataFile.load` and `CSVFile` do, among them `.scalarTypeMismatch` and
  ///   `.invalidType` for a number that its type cannot hold, with its place; `.shapeMismatch` where
  ///   there is no second column; `.notFinite` where a feature is infinite or not a number.
  public init(
    contentsOf path: String, as scalarType: ScalarType = .f32,
    labelsInLastColumnAs labelType: ScalarType, header: CSVFile.Header = .automatic
  ) throws(Diagnostic) {
    try self.init(
      contentsOf: path, as: TableElements(scalarType),
      labelsInLastColumnAs: TableElements(labelType), CSVFile.Options(header: header))
  }

  /// Reads examples from a CSV file with columns chosen by name, labels that are names, or values that
  /// are missing; from an NPY or IDX file as `init(contentsOf:as:labelsInLastColumnAs:header:)` does.
  ///
  /// Labels are in the column that the options name, else in the last. Where they are names, `classNames`
  /// has these, and a `Trainer` writes them into its checkpoints.
  ///
  /// - Throws: as `init(contentsOf:as:labelsInLastColumnAs:header:)` and
  ///   `CSVFile.init(contentsOf:as:lastColumnAs:options:)`.
  public init(
    contentsOf path: String, as scalarType: ScalarType = .f32,
    labelsAs labelType: ScalarType, options: CSVFile.Options
  ) throws(Diagnostic) {
    try self.init(
      contentsOf: path, as: TableElements(scalarType),
      labelsInLastColumnAs: TableElements(labelType), options)
  }

  /// Reads examples; a refusal says what features and labels are for.
  package init(
    contentsOf path: String, as features: TableElements,
    labelsInLastColumnAs labels: TableElements, _ options: CSVFile.Options
  ) throws(Diagnostic) {
    do throws(Diagnostic) {
      let file = try DataFile.load(path, csvAs: features, lastColumnAs: labels, options)
      if let table = file.table {
        try self.init(
          features: table.tensor, labels: table.lastColumn, classNames: table.classNames,
          columnMeans: table.columnMeans)
      } else {
        let table = try Dataset(labelsInLastColumnOf: file.tensor)
        let converted = try table.labels?.converted(to: labels.scalarType, for: labels.holder) {
          "example \($0 + 1)"
        }
        try self.init(features: table.features, labels: converted)
      }
    } catch {
      throw error.located(at: SourceLocation(file: path))
    }
  }

  /// The examples of a table that has the label of each row in its last column.
  ///
  /// - Throws: `.shapeMismatch` where the table is not of rows and at least two columns, or has no
  ///   rows; `.notFinite` where a feature is infinite or not a number.
  public init(labelsInLastColumnOf table: Tensor) throws(Diagnostic) {
    guard table.extents.count == 2, let rows = table.extents.first,
      let columns = table.extents.last,
      columns > 1
    else {
      throw Diagnostic(
        .shapeMismatch,
        "labels in the last column need a table of rows and columns, and the data is \(table.type); "
          + "give the labels in a file of their own")
    }
    try self.init(
      features: table.columns(0..<columns - 1),
      labels: table.columns(columns - 1..<columns).reshaped(to: [rows]))
  }

  /// The same examples with every feature divided by a number, in a floating-point type.
  ///
  /// - Throws: `.invalidArgument` for a divisor that is zero or not finite, or a type that is not
  ///   floating point; `.invalidType` for a divisor, `.notFinite` for a quotient beyond the range of
  ///   the type; `.memoryLimit` for quotients that take more than three quarters of the memory
  ///   that the process may use.
  public func dividing(
    by divisor: Double, as scalarType: ScalarType = .f32
  ) throws(Diagnostic) -> Dataset {
    guard divisor.isFinite, divisor != 0 else {
      throw Diagnostic(
        .invalidArgument, "features cannot be divided by \(NumberLiteral(divisor))")
    }
    if scalarType.isDifferentiable {
      try NumberLiteral(divisor).check(as: scalarType, for: "a divisor of \(scalarType)")
    }
    // The features in the type, and the quotients beside them.
    try MemoryLimit.check(
      2 *| features.count *| scalarType.byteCount, for: "\(features.type) divided by a number")
    let storage: Tensor.Storage
    switch scalarType {
    case .f32: storage = .f32(features.floats.map { $0 / Float(divisor) })
    case .f64: storage = .f64(features.doubles.map { $0 / divisor })
    case .i32, .i64, .u8, .bool:
      throw Diagnostic(.invalidArgument, "scaled features are f32 or f64, not \(scalarType)")
    }
    let quotients = try Tensor(storage, extents: features.extents)
    if let example = quotients.firstNonFiniteRow {
      throw Diagnostic(
        .notFinite,
        "example \(example + 1) of the data, divided by \(divisor), is beyond the range of "
          + "\(scalarType); divide by another number")
    }
    return try Dataset(features: quotients, labels: labels, of: self)
  }
}

extension Tensor {
  /// Some neighbouring columns of a matrix.
  fileprivate func columns(_ range: Range<Int>) throws(Diagnostic) -> Tensor {
    let storage: Storage =
      switch storage {
      case .f32(let elements): .f32(Self.pick(elements, extents, range))
      case .f64(let elements): .f64(Self.pick(elements, extents, range))
      case .i32(let elements): .i32(Self.pick(elements, extents, range))
      case .i64(let elements): .i64(Self.pick(elements, extents, range))
      case .u8(let elements): .u8(Self.pick(elements, extents, range))
      case .bool(let elements): .bool(Self.pick(elements, extents, range))
      }
    return try Tensor(storage, extents: [extents[0], range.count])
  }

  private static func pick<Element>(
    _ elements: [Element], _ extents: [Int], _ range: Range<Int>
  ) -> [Element] {
    var picked: [Element] = []
    picked.reserveCapacity(extents[0] * range.count)
    for row in 0..<extents[0] {
      picked += elements[row * extents[1] + range.lowerBound..<row * extents[1] + range.upperBound]
    }
    return picked
  }
}
