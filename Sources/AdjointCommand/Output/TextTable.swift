/// Rows of text under headings, in columns as wide as their widest cell.
struct TextTable {
  let headings: [String]
  /// Columns whose cells end below each other, as numbers do.
  var rightAligned: Set<Int> = []
  private(set) var rows: [[String]] = []

  init(_ headings: [String]) { self.headings = headings }

  mutating func append(_ row: [String]) { rows.append(row) }

  /// The table, with a line break after each row.
  var text: String {
    let lines = [headings] + rows
    let widths = headings.indices.map { column in
      lines.map { $0[column].count }.max() ?? 0
    }
    var text = ""
    for line in lines {
      var cells: [String] = []
      for (column, cell) in line.enumerated() {
        let space = String(repeating: " ", count: widths[column] - cell.count)
        cells.append(rightAligned.contains(column) ? space + cell : cell + space)
      }
      var joined = cells.joined(separator: "  ")
      while joined.last == " " { joined.removeLast() }
      text += joined + "\n"
    }
    return text
  }
}
