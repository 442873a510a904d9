import AdjointCore
import AdjointFormats

/// Goes once through the bytes of a CSV file, line by line.
struct CSVParser {
  struct Table<Element> {
    /// The names of the columns that were read, that of the label last.
    var names: [String]?
    var elements: [Element] = []
    var rows = 0
    /// The fields that are read of a row, without the label.
    var columns = 0
    /// The names of classes, where the labels are names.
    var classNames: [String]?
    /// The means of the columns, where gaps were to become them, or the numbers that gaps were to become.
    var means: [Double]?
  }

  /// No line is longer; data rows of a million columns fit.
  static let maximumLineByteCount = 16 << 20

  let source: ByteSource
  let options: CSVFile.Options
  /// The current line with its end.
  private(set) var bytes: ArraySlice<UInt8> = []
  private(set) var line = 0
  private(set) var lineStart = 0
  private(set) var fields: [Range<Int>] = []
  /// The byte between two fields, once the first line has told.
  private var separator: UInt8?

  private static let comma: UInt8 = 0x2c
  private static let semicolon: UInt8 = 0x3b
  private static let tab: UInt8 = 0x09

  init(_ source: ByteSource, _ options: CSVFile.Options) throws(Diagnostic) {
    self.source = source
    self.options = options
    let fills: [Double] =
      switch options.missingValues {
      case .fill(let number): [number]
      case .fillEach(let numbers): numbers
      case .refuse, .dropRows, .mean: []
      }
    if let number = fills.first(where: { !$0.isFinite }) {
      throw Diagnostic(
        .invalidArgument,
        "missing values cannot become \(NumberLiteral(number)); fill in a finite number")
    }
    switch options.separator {
    case .automatic: separator = nil
    case .comma: separator = Self.comma
    case .semicolon: separator = Self.semicolon
    case .tab: separator = Self.tab
    }
    if try source.buffer(atLeast: 3), source.buffered.starts(with: [0xef, 0xbb, 0xbf]) {
      _ = source.take(3)
    }
  }

  /// Splits the next line that is not blank into `fields`; false at the end of the file.
  mutating func nextLine() throws(Diagnostic) -> Bool {
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
    let separator = separator ?? separator(in: line)
    self.separator = separator
    var start = line.lowerBound
    var isQuoted = false
    for index in line {
      if bytes[index] == 0x22 {
        isQuoted.toggle()
      } else if bytes[index] == separator, !isQuoted {
        fields.append(start..<index)
        start = index + 1
      }
    }
    guard !isQuoted else {
      throw failure(.syntax, "a quoted field does not end on its line; close the quote", at: start)
    }
    fields.append(start..<line.upperBound)
  }

  /// What separates the fields of the first line.
  private func separator(in line: Range<Int>) -> UInt8 {
    var isQuoted = false
    var seen: Set<UInt8> = []
    for index in line {
      if bytes[index] == 0x22 { isQuoted.toggle() }
      if !isQuoted { seen.insert(bytes[index]) }
    }
    return [Self.comma, Self.tab, Self.semicolon].first { seen.contains($0) } ?? Self.comma
  }

  /// Whether the first line has the names of the columns.
  func isHeader() -> Bool {
    if options.namesColumns { return options.header != .absent }
    return switch options.header {
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

  func isMissingValue(_ content: Range<Int>) -> Bool {
    guard content.count <= 9 else { return false }
    let word = String(decoding: bytes[content], as: UTF8.self).lowercased()
    if Self.missingValues.contains(word) { return true }
    return word.hasPrefix("+") || word.hasPrefix("-")
      ? Self.missingValues.contains(String(word.dropFirst())) : false
  }

  func number(
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
        isFirstLine && options.header == .automatic
        ? ", or say that the first line is a header, by --header yes or header: .present" : ""
      let policy =
        isMissingValue(content)
        ? "; where a value is missing, say what becomes of it, by --missing or missingValues" : ""
      throw failure(
        .syntax, "\(problem); every field must be one\(policy)\(remedy)", at: field.lowerBound)
    }
  }

  func refusal(
    of number: NumberLiteral, by type: ScalarType, for holder: String?, in field: Range<Int>
  ) -> Diagnostic {
    let refusal = number.refusal(by: type, for: holder)
    return failure(refusal.code, refusal.message, at: content(of: field).lowerBound)
  }

  func notFinite(_ content: Range<Int>) -> Diagnostic {
    failure(
      .notFinite,
      "\"\(excerpt(content))\" is not a finite number; remove the row or replace the value",
      at: content.lowerBound)
  }

  func failure(_ code: Diagnostic.Code, _ message: String, at byte: Int) -> Diagnostic {
    Diagnostic(code, message, location: place(of: byte))
  }

  func place(of byte: Int) -> SourceLocation {
    SourceLocation(file: source.path, line: max(line, 1), column: byte - lineStart + 1)
  }

  func excerpt(_ range: Range<Int>) -> String {
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
  func content(of field: Range<Int>) -> Range<Int> {
    let outer = trimmed(field)
    guard outer.count >= 2, bytes[outer.lowerBound] == 0x22, bytes[outer.upperBound - 1] == 0x22
    else { return outer }
    return trimmed(outer.lowerBound + 1..<outer.upperBound - 1)
  }
}
