import AdjointCore
import AdjointFormats

/// Goes once through the bytes of a CSV file, line by line.
struct CSVParser {
  struct Table<Element> {
    var names: [String]?
    var elements: [Element] = []
    var rows = 0
    /// The fields of a row.
    var columns = 0
  }

  /// No line is longer; data rows of a million columns fit.
  static let maximumLineByteCount = 16 << 20

  private let source: ByteSource
  private let header: CSVFile.Header
  /// The current line with its end.
  private var bytes: ArraySlice<UInt8> = []
  private var line = 0
  private var lineStart = 0
  private var fields: [Range<Int>] = []

  init(_ source: ByteSource, header: CSVFile.Header) throws(Diagnostic) {
    self.source = source
    self.header = header
    if try source.buffer(atLeast: 3), source.buffered.starts(with: [0xef, 0xbb, 0xbf]) {
      _ = source.take(3)
    }
  }

  /// Reads all rows.
  ///
  /// - Parameters:
  ///   - holder: What the elements are for, in refusals.
  ///   - last: Takes the last column, which is then not among the table's elements.
  mutating func parse<Element: CSVElement>(
    _ type: Element.Type, for holder: String?, last: CSVColumn?
  ) throws(Diagnostic) -> Table<Element> {
    var table = Table<Element>()
    var rowByteCount = 0
    while try nextLine() {
      if table.columns == 0 {
        table.columns = fields.count
        guard last == nil || table.columns > 1 else {
          throw failure(
            .shapeMismatch,
            "labels in the last column need a table of two or more, and this row has one field; "
              + "give the labels in a file of their own", at: lineStart)
        }
        rowByteCount =
          fields.count * MemoryLayout<Element>.size
          + (last.map { $0.scalarType.byteCount - MemoryLayout<Element>.size } ?? 0)
        if isHeader() {
          table.names = fields.map { String(decoding: bytes[content(of: $0)], as: UTF8.self) }
          continue
        }
      }
      guard fields.count == table.columns else {
        throw failure(
          .syntax,
          "this row has \(fields.count) fields where the first has \(table.columns);"
            + " every row needs as many", at: lineStart)
      }
      let isFirst = table.rows == 0 && table.names == nil
      for field in last == nil ? fields[...] : fields.dropLast() {
        let number = try number(in: field, isFirstLine: isFirst)
        guard let element = Element.element(number) else {
          throw refusal(of: number, by: Element.scalarType, for: holder, in: field)
        }
        table.elements.append(element)
      }
      if let last, let field = fields.last {
        let number = try number(in: field, isFirstLine: isFirst)
        guard last.append(number) else {
          throw refusal(of: number, by: last.scalarType, for: last.holder, in: field)
        }
      }
      table.rows += 1
      try source.checkElements(byteCount: table.rows * rowByteCount)
    }
    guard table.rows > 0 else {
      throw failure(.syntax, "the file has no row of numbers; add one", at: lineStart)
    }
    return table
  }

  /// Splits the next line that is not blank into `fields`; false at the end of the file.
  private mutating func nextLine() throws(Diagnostic) -> Bool {
    while true {
      bytes = try takeLine()
      if bytes.isEmpty { return false }
      lineStart = bytes.startIndex
      var end = bytes.endIndex
      if bytes[end - 1] == 0x0a { end -= 1 }
      if end > lineStart, bytes[end - 1] == 0x0d { end -= 1 }
      guard !trimmed(lineStart..<end).isEmpty else { continue }
      try split(lineStart..<end)
      return true
    }
  }

  /// The next line with its end, empty at the end of the file.
  private mutating func takeLine() throws(Diagnostic) -> ArraySlice<UInt8> {
    line += 1
    while true {
      let seen = source.buffered
      if let end = seen.prefix(Self.maximumLineByteCount + 1).firstIndex(of: 0x0a) {
        return source.take(end + 1 - seen.startIndex)
      }
      guard seen.count <= Self.maximumLineByteCount else {
        throw failure(
          .syntax,
          "a line has more than \(Self.maximumLineByteCount) bytes; is this a CSV file?",
          at: lineStart)
      }
      if try !source.buffer(atLeast: seen.count + 1) { return source.take(seen.count) }
    }
  }

  private mutating func split(_ line: Range<Int>) throws(Diagnostic) {
    fields.removeAll(keepingCapacity: true)
    var start = line.lowerBound
    var isQuoted = false
    for index in line {
      if bytes[index] == 0x22 {
        isQuoted.toggle()
      } else if bytes[index] == 0x2c, !isQuoted {
        fields.append(start..<index)
        start = index + 1
      }
    }
    guard !isQuoted else {
      throw failure(.syntax, "a quoted field does not end on its line; close the quote", at: start)
    }
    fields.append(start..<line.upperBound)
  }

  /// Whether the first line has the names of the columns.
  private func isHeader() -> Bool {
    switch header {
    case .present: true
    case .absent: false
    case .automatic:
      fields.allSatisfy { field in
        let content = content(of: field)
        return DecimalNumber(bytes[content]) == .notNumber && !isMissingValue(content)
      }
    }
  }

  /// The words by which tables say that a value is missing, without a sign and in small letters.
  ///
  /// Those of R, pandas, SQL, Julia, SAS and the UCI repository.
  private static let missingValues: Set<String> = [
    "", "na", "n/a", "#na", "#n/a", "<na>", "nan", "null", "none", "nil", "missing", "?", ".", "-",
    "--",
  ]

  private func isMissingValue(_ content: Range<Int>) -> Bool {
    guard content.count <= 9 else { return false }
    let word = String(decoding: bytes[content], as: UTF8.self).lowercased()
    if Self.missingValues.contains(word) { return true }
    return word.hasPrefix("+") || word.hasPrefix("-")
      ? Self.missingValues.contains(String(word.dropFirst())) : false
  }

  private func number(
    in field: Range<Int>, isFirstLine: Bool
  ) throws(Diagnostic) -> NumberLiteral {
    let content = content(of: field)
    switch DecimalNumber(bytes[content]) {
    case .number(let number): return number
    case .notFinite: throw notFinite(content)
    case .notNumber:
      let problem =
        content.isEmpty ? "a field is empty" : "\"\(excerpt(content))\" is not a number"
      // The line may be a header that looks like numbers; only who wrote the file knows.
      let remedy =
        isFirstLine && header == .automatic
        ? ", or say that the first line is a header, by --header yes or header: .present" : ""
      throw failure(.syntax, "\(problem); every field must be one\(remedy)", at: field.lowerBound)
    }
  }

  private func refusal(
    of number: NumberLiteral, by type: ScalarType, for holder: String?, in field: Range<Int>
  ) -> Diagnostic {
    let refusal = number.refusal(by: type, for: holder)
    return failure(refusal.code, refusal.message, at: content(of: field).lowerBound)
  }

  private func notFinite(_ content: Range<Int>) -> Diagnostic {
    failure(
      .notFinite,
      "\"\(excerpt(content))\" is not a finite number; remove the row or replace the value",
      at: content.lowerBound)
  }

  private func failure(_ code: Diagnostic.Code, _ message: String, at byte: Int) -> Diagnostic {
    let place = SourceLocation(file: source.path, line: max(line, 1), column: byte - lineStart + 1)
    return Diagnostic(code, message, location: place)
  }

  private func excerpt(_ range: Range<Int>) -> String {
    String(decoding: bytes[range].prefix(24), as: UTF8.self) + (range.count > 24 ? "…" : "")
  }

  private func trimmed(_ range: Range<Int>) -> Range<Int> {
    var lower = range.lowerBound
    var upper = range.upperBound
    while lower < upper, bytes[lower] == 0x20 || bytes[lower] == 0x09 { lower += 1 }
    while lower < upper, bytes[upper - 1] == 0x20 || bytes[upper - 1] == 0x09 { upper -= 1 }
    return lower..<upper
  }

  /// The field without the space and the quotes around it.
  private func content(of field: Range<Int>) -> Range<Int> {
    let outer = trimmed(field)
    guard outer.count >= 2, bytes[outer.lowerBound] == 0x22, bytes[outer.upperBound - 1] == 0x22
    else { return outer }
    return trimmed(outer.lowerBound + 1..<outer.upperBound - 1)
  }
}
