import AdjointCore

/// Goes once through the bytes of a CSV file, line by line.
struct CSVParser {
  struct Table<Number> {
    var names: [String]?
    var numbers: [Number] = []
    var rows = 0
    var columns = 0
  }

  /// No line is longer; data rows of a million columns fit.
  static let maximumLineByteCount = 16 << 20

  private let bytes: [UInt8]
  private let path: String
  private var position = 0
  private var line = 0
  private var lineStart = 0
  private var fields: [Range<Int>] = []

  init(_ bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { position = 3 }
  }

  mutating func parse<Number: BinaryFloatingPoint>(
    _ type: Number.Type
  ) throws(Diagnostic) -> Table<Number> {
    var table = Table<Number>()
    while try nextLine() {
      if table.columns == 0 {
        table.columns = fields.count
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
      for field in fields { table.numbers.append(try number(in: field)) }
      table.rows += 1
    }
    guard table.rows > 0 else {
      throw failure(.syntax, "the file has no row of numbers; add one", at: position)
    }
    return table
  }

  /// Splits the next line that is not blank into `fields`; false at the end of the file.
  private mutating func nextLine() throws(Diagnostic) -> Bool {
    while position < bytes.count {
      lineStart = position
      line += 1
      let limit = min(bytes.count, position + Self.maximumLineByteCount)
      var end = position
      while end < limit, bytes[end] != 0x0a { end += 1 }
      if end == limit, limit < bytes.count, bytes[end] != 0x0a {
        throw failure(
          .syntax,
          "a line has more than \(Self.maximumLineByteCount) bytes; is this a CSV file?",
          at: lineStart)
      }
      position = end + 1
      if end > lineStart, bytes[end - 1] == 0x0d { end -= 1 }
      guard !trimmed(lineStart..<end).isEmpty else { continue }
      try split(lineStart..<end)
      return true
    }
    return false
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

  /// Whether the line has names: in every field, or at least one that begins with a letter.
  ///
  /// One damaged number in the first row is therefore not mistaken for a header.
  private func isHeader() -> Bool {
    var names = 0
    for field in fields {
      let content = content(of: field)
      guard DecimalNumber(bytes[content]) == .notNumber, let first = bytes[content].first else {
        continue
      }
      let isLetter = (first | 0x20 >= 0x61 && first | 0x20 <= 0x7a) || first == 0x5f || first > 0x7f
      if isLetter { return true }
      names += 1
    }
    return names == fields.count
  }

  private func number<Number: BinaryFloatingPoint>(
    in field: Range<Int>
  ) throws(Diagnostic) -> Number {
    let content = content(of: field)
    switch DecimalNumber(bytes[content]) {
    case .number(let value):
      let result = Number(value)
      guard result.isFinite else { throw notFinite(content) }
      return result
    case .notFinite: throw notFinite(content)
    case .notNumber:
      let problem =
        content.isEmpty ? "a field is empty" : "\"\(excerpt(content))\" is not a number"
      throw failure(.syntax, "\(problem); every field must be one", at: field.lowerBound)
    }
  }

  private func notFinite(_ content: Range<Int>) -> Diagnostic {
    failure(
      .notFinite,
      "\"\(excerpt(content))\" is not a finite number; remove the row or replace the value",
      at: content.lowerBound)
  }

  private func failure(_ code: Diagnostic.Code, _ message: String, at byte: Int) -> Diagnostic {
    let place = SourceLocation(file: path, line: max(line, 1), column: byte - lineStart + 1)
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
