import AdjointCore

extension CSVParser {
  /// The values that are missing and become the mean of their columns.
  private struct Gaps {
    /// The places among the elements, each with its column and where it stands.
    var places: [(element: Int, column: Int, location: Diagnostic)] = []
    var sums: [Double]
    var counts: [Int]

    init(columns: Int) {
      sums = Array(repeating: 0, count: columns)
      counts = Array(repeating: 0, count: columns)
    }
  }

  /// Reads all rows.
  ///
  /// - Parameters:
  ///   - holder: What the elements are for, in refusals.
  ///   - last: Takes the last column, or the one that the options name, which is then not among the
  ///     table's elements.
  mutating func parse<Element: CSVElement>(
    _ type: Element.Type, for holder: String?, last: CSVColumn?
  ) throws(Diagnostic) -> Table<Element> {
    var table = Table<Element>()
    var fieldCount = 0
    var choice = ColumnChoice(count: 0, hasLabel: false)
    var gaps = Gaps(columns: 0)
    var classes: ClassNames?
    if last != nil, let names = options.classNames { classes = try ClassNames(names) }
    while try nextLine() {
      if fieldCount == 0 {
        fieldCount = fields.count
        let isHeader = isHeader()
        choice = try columns(isHeader, hasLabel: last != nil)
        table.columns = choice.features.count
        if case .fillEach(let numbers) = options.missingValues, numbers.count != table.columns {
          throw failure(
            .shapeMismatch,
            "missing values are to become \(numbers.count) numbers, one for each column, and the table has "
              + "\(table.columns) columns; give as many", at: lineStart)
        }
        gaps = Gaps(columns: table.columns)
        if isHeader {
          let read = choice.features + (choice.label.map { [$0] } ?? [])
          table.names = read.map { text(of: fields[$0]) }
          continue
        }
      }
      guard fields.count == fieldCount else {
        throw failure(
          .syntax,
          "this row has \(fields.count) fields where the first has \(fieldCount);"
            + " every row needs as many", at: lineStart)
      }
      if options.missingValues == .dropRows, lacksValue(choice, classes) { continue }
      let isFirst = table.rows == 0 && table.names == nil
      for (column, place) in choice.features.enumerated() {
        let field = fields[place]
        let element: Element
        if let number = try replacement(for: field, column, isFirst) {
          guard let value = Element.element(number) else {
            throw refusal(of: number, by: Element.scalarType, for: holder, in: field)
          }
          element = value
          if options.missingValues == .mean {
            gaps.sums[column] += number.double
            gaps.counts[column] += 1
          }
        } else {
          let location = failure(
            .invalidArgument,
            "the mean of the column is wanted for what is missing here, and the column has no values, or "
              + "\(Element.scalarType) cannot hold it; fill in a number, or drop such rows",
            at: field.lowerBound)
          gaps.places.append((table.elements.count, column, location))
          guard let zero = Element.element(NumberLiteral(0)) else { throw location }
          element = zero
        }
        table.elements.append(element)
      }
      if let last, let place = choice.label {
        try take(fields[place], last, &classes, isFirst)
      }
      table.rows += 1
      let labelBytes = last?.scalarType.byteCount ?? 0
      let rowBytes = table.columns * MemoryLayout<Element>.size + labelBytes
      try source.checkElements(byteCount: table.rows * rowBytes)
    }
    guard table.rows > 0 else {
      throw failure(.syntax, "the file has no row of numbers; add one", at: lineStart)
    }
    table.means = means(of: gaps)
    for gap in gaps.places {
      let mean = gaps.sums[gap.column] / Double(gaps.counts[gap.column])
      guard mean.isFinite, let element = Element.element(NumberLiteral(mean)) else {
        throw gap.location
      }
      table.elements[gap.element] = element
    }
    if let classes, let last {
      let numbered = classes.numbered()
      table.classNames = numbered.names
      for row in numbered.rows where !last.append(NumberLiteral(row)) {
        throw failure(
          .invalidType,
          "there are \(numbered.names.count) classes, more than \(last.scalarType) can number; give the graph "
            + "labels of a wider type", at: lineStart)
      }
    }
    return table
  }

  /// What gaps are filled with, column by column; nil for another policy, or where a column without values has
  /// no mean.
  private func means(of gaps: Gaps) -> [Double]? {
    switch options.missingValues {
    case .refuse, .dropRows, .fill: return nil
    case .fillEach(let numbers): return numbers
    case .mean:
      let means = zip(gaps.sums, gaps.counts).map { $0 / Double($1) }
      return means.allSatisfy(\.isFinite) ? means : nil
    }
  }

  /// The fields that are read, from the first line.
  private func columns(_ isHeader: Bool, hasLabel: Bool) throws(Diagnostic) -> ColumnChoice {
    guard !hasLabel || fields.count > 1 else {
      throw failure(
        .shapeMismatch,
        "labels in the last column need a table of two or more, and this row has one field; "
          + "give the labels in a file of their own", at: lineStart)
    }
    guard options.namesColumns else { return ColumnChoice(count: fields.count, hasLabel: hasLabel) }
    guard isHeader else {
      throw failure(
        .invalidArgument,
        "columns are asked for by name, and the file is said to have no header; say that it has one, or leave "
          + "the names out", at: lineStart)
    }
    do throws(Diagnostic) {
      return try ColumnChoice(of: fields.map { text(of: $0) }, options, hasLabel: hasLabel)
    } catch {
      throw error.located(at: place(of: lineStart))
    }
  }

  /// Whether something that is read of the row is missing.
  private func lacksValue(_ choice: ColumnChoice, _ classes: ClassNames?) -> Bool {
    if choice.features.contains(where: { isMissingValue(content(of: fields[$0])) }) { return true }
    guard let label = choice.label else { return false }
    return isMissingValue(content(of: fields[label]))
      && classes?.contains(text(of: fields[label])) != true
  }

  /// The number of a field, or what takes its place; nil where that is the mean.
  private func replacement(
    for field: Range<Int>, _ column: Int, _ isFirst: Bool
  ) throws(Diagnostic) -> NumberLiteral? {
    let content = content(of: field)
    // Most fields are numbers, and looking for words is slow.
    if case .number(let number) = DecimalNumber(bytes[content]) { return number }
    switch options.missingValues {
    case .refuse, .dropRows: break
    case .fill(let number): if isMissingValue(content) { return NumberLiteral(number) }
    case .fillEach(let numbers):
      if isMissingValue(content) { return NumberLiteral(numbers[column]) }
    case .mean: if isMissingValue(content) { return nil }
    }
    return try number(in: field, isFirstLine: isFirst)
  }

  /// Takes the label of a row: a number, or the name of a class where that of the first row is one.
  private func take(
    _ field: Range<Int>, _ column: CSVColumn, _ classes: inout ClassNames?, _ isFirst: Bool
  ) throws(Diagnostic) {
    let content = content(of: field)
    let isMissing = isMissingValue(content) && classes?.contains(text(of: field)) != true
    let isFill: Bool
    switch options.missingValues {
    case .fill, .fillEach, .mean: isFill = true
    case .refuse, .dropRows: isFill = false
    }
    if isMissing, isFill || classes != nil {
      throw failure(
        .syntax, "a label is missing; add it, or drop such rows, by --missing drop or .dropRows",
        at: field.lowerBound)
    }
    let isNumber = DecimalNumber(bytes[content]) != .notNumber
    if classes == nil, column.isEmpty, column.scalarType.isInteger, !isNumber, !isMissing {
      classes = try ClassNames(nil)
    }
    if classes != nil {
      do throws(Diagnostic) {
        try classes?.append(text(of: field))
      } catch {
        throw error.located(at: place(of: field.lowerBound))
      }
      return
    }
    let number = try number(in: field, isFirstLine: isFirst)
    guard column.append(number) else {
      throw refusal(of: number, by: column.scalarType, for: column.holder, in: field)
    }
  }

  private func text(of field: Range<Int>) -> String {
    String(decoding: bytes[content(of: field)], as: UTF8.self)
  }
}
