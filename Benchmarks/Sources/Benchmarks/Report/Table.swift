/// Columns of a fixed width, so that each row can be printed as soon as it is known.
struct Table: Sendable {
  private let columns: [(title: String, width: Int)]

  init(_ columns: [(title: String, width: Int)]) { self.columns = columns }

  /// The titles over a line.
  var header: String {
    row(columns.map(\.title)) + "\n"
      + String(repeating: "-", count: columns.reduce(0) { $0 + $1.width })
  }

  /// The first cell to the left, the others to the right.
  func row(_ cells: [String]) -> String {
    var line = ""
    for (index, cell) in cells.enumerated() {
      line += cell.padded(to: columns[index].width, right: index == 0)
    }
    return line
  }
}

extension String {
  /// With blanks to a width, on the right or on the left.
  func padded(to width: Int, right: Bool) -> String {
    let blanks = String(repeating: " ", count: max(0, width - count))
    return right ? self + blanks : blanks + self
  }
}

extension Double {
  /// In decimal notation with a fixed number of digits after the point.
  func formatted(fractionDigits: Int) -> String {
    guard isFinite else { return description }
    var scale = 1.0
    for _ in 0..<fractionDigits { scale *= 10 }
    let scaled = (magnitude * scale).rounded()
    guard scaled < 1e18 else { return description }
    let digits = String(Int(scaled))
    let sign = self < 0 && scaled > 0 ? "-" : ""
    if fractionDigits == 0 { return sign + digits }
    let padding = String(repeating: "0", count: max(0, fractionDigits + 1 - digits.count))
    let padded = padding + digits
    return sign + padded.dropLast(fractionDigits) + "." + padded.suffix(fractionDigits)
  }
}
