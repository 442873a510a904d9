/// The right operand copied into panels: for each step of the inner dimension the columns of a panel,
/// one after the other, so that a tile reads memory in a row.
extension ProductWriter {
  mutating func writePacking(_ right: String, _ panels: Span, _ depth: String) {
    let layout = layout
    forEach(panels, whole: layout.panelCount, rest: layout.columns % layout.panelColumns) {
      writer, panel, columns in
      let width = columns == 0 ? layout.panelColumns : columns
      let source = writer.move(right, panel, layout.panelColumns * layout.right.columnStride)
      let number = writer.text.value("sub i64 \(panel), \(panels.from)")
      let target = writer.move("%memory", number, layout.depth * layout.panelColumns)
      if layout.right.columnStride == 1 {
        writer.copyRows(from: source, to: target, columns: width, depth)
      } else {
        writer.turn(from: source, to: target, columns: width, depth)
      }
    }
  }

  /// The vectors of a panel with the lanes that count in each; panels are written whole.
  private func vectors(of columns: Int) -> [(first: Int, lanes: Int)] {
    stride(from: 0, to: layout.panelColumns, by: layout.lanes).map {
      ($0, max(0, min(layout.lanes, columns - $0)))
    }
  }

  private mutating func copyRows(
    from source: String, to target: String, columns: Int, _ depth: String
  ) {
    let step = text.beginLoop(from: "0", to: depth)
    let row = move(source, step.index, layout.right.rowStride)
    let place = move(target, step.index, layout.panelColumns)
    for (first, lanes) in vectors(of: columns) where lanes > 0 {
      let from = move(row, first)
      let value =
        lanes == layout.lanes
        ? text.value("load \(vector.text), ptr \(from), align \(layout.scalarType.byteCount)")
        : maskedLoad(from, lanes)
      storePacked(value, move(place, first))
    }
    text.end(step)
  }

  private mutating func storePacked(_ value: String, _ place: String) {
    text.effect(
      "store \(vector.text) \(value), ptr \(place), align \(layout.scalarType.byteCount)")
  }

  /// Copies a tile of the left operand to where its rows do not compete for the cache, and returns
  /// where that is.
  mutating func writeCopy(of source: String, rows: Int, _ depth: String) -> String {
    let target = move("%memory", layout.packedCount)
    let copied = layout.copiedLeft
    if layout.left.columnStride == 1 {
      let whole = text.value("udiv i64 \(depth), \(layout.lanes)")
      let guarded = text.beginIf(text.value("icmp ugt i64 \(whole), 0"))
      let step = text.beginLoop(from: "0", to: whole)
      copyLeft(source, target, rows, step.index, layout.lanes, copied)
      text.end(step)
      text.end(guarded)
      let done = text.value("mul i64 \(whole), \(layout.lanes)")
      let more = text.beginIf(text.value("icmp ult i64 \(done), \(depth)"))
      let single = text.beginLoop(from: done, to: depth)
      copyLeft(source, target, rows, single.index, 1, copied)
      text.end(single)
      text.end(more)
    } else {
      let step = text.beginLoop(from: "0", to: depth)
      let from = move(source, step.index, layout.left.columnStride)
      let to = move(target, step.index, copied.columnStride)
      for first in stride(from: 0, to: rows, by: layout.lanes) {
        let count = min(layout.lanes, rows - first)
        let place = move(from, first)
        let value =
          count == layout.lanes
          ? text.value("load \(vector.text), ptr \(place), align \(layout.scalarType.byteCount)")
          : maskedLoad(place, count)
        storePacked(value, move(to, first))
      }
      text.end(step)
    }
    return target
  }

  /// So many elements of each row of a tile.
  private mutating func copyLeft(
    _ source: String, _ target: String, _ rows: Int, _ step: String, _ lanes: Int,
    _ copied: ProductLayout.Matrix
  ) {
    let type = VectorType(vector.element, lanes)
    let alignment = layout.scalarType.byteCount
    let (from, to) = (move(source, step, lanes), move(target, step, lanes))
    for row in 0..<rows {
      let value = text.value(
        "load \(type.text), ptr \(move(from, row * layout.left.rowStride)), align \(alignment)")
      text.effect(
        "store \(type.text) \(value), ptr \(move(to, row * copied.rowStride)), align \(alignment)")
    }
  }

  /// Copies columns that lie in a row in memory: squares of lanes × lanes are turned in registers, and
  /// what the inner dimension has beyond whole squares goes element by element.
  private mutating func turn(
    from source: String, to target: String, columns: Int, _ depth: String
  ) {
    let lanes = layout.lanes
    let squares = text.value("udiv i64 \(depth), \(lanes)")
    for (first, used) in vectors(of: columns) where used > 0 {
      let guarded = text.beginIf(text.value("icmp ugt i64 \(squares), 0"))
      let square = text.beginLoop(from: "0", to: squares)
      let corner = move(source, square.index, lanes * layout.right.rowStride)
      var rows = (0..<lanes).map { lane -> String in
        guard lane < used else { return "zeroinitializer" }
        let place = move(corner, (first + lane) * layout.right.columnStride)
        return text.value(
          "load \(vector.text), ptr \(place), align \(layout.scalarType.byteCount)")
      }
      turnSquare(&rows)
      let place = move(target, square.index, lanes * layout.panelColumns)
      for (number, row) in rows.enumerated() {
        storePacked(row, move(place, number * layout.panelColumns + first))
      }
      text.end(square)
      text.end(guarded)
      let done = text.value("mul i64 \(squares), \(lanes)")
      let more = text.beginIf(text.value("icmp ult i64 \(done), \(depth)"))
      let step = text.beginLoop(from: done, to: depth)
      let element = move(source, step.index, layout.right.rowStride)
      let line = move(target, step.index, layout.panelColumns)
      for lane in 0..<lanes {
        let one = VectorType(vector.element, 1)
        let value =
          lane < used
          ? text.value(
            "load \(one.text), ptr \(move(element, (first + lane) * layout.right.columnStride)),"
              + " align \(layout.scalarType.byteCount)")
          : "zeroinitializer"
        text.effect(
          "store \(one.text) \(value), ptr \(move(line, first + lane)),"
            + " align \(layout.scalarType.byteCount)")
      }
      text.end(step)
      text.end(more)
    }
  }

  /// Transposes a square of vectors: in each round, halves of half-size blocks change places.
  mutating func turnSquare(_ rows: inout [String]) {
    let lanes = layout.lanes
    var distance = lanes / 2
    while distance >= 1 {
      var turned = rows
      for row in 0..<lanes where row & distance == 0 {
        let (a, b) = (rows[row], rows[row + distance])
        let low = (0..<lanes).map { $0 & distance == 0 ? $0 : $0 - distance + lanes }
        let high = (0..<lanes).map { $0 & distance == 0 ? $0 + distance : $0 + lanes }
        turned[row] = shuffle(a, b, low)
        turned[row + distance] = shuffle(a, b, high)
      }
      rows = turned
      distance /= 2
    }
  }

  private mutating func shuffle(_ a: String, _ b: String, _ numbers: [Int]) -> String {
    let mask = numbers.map { "i32 \($0)" }.joined(separator: ", ")
    return text.value(
      "shufflevector \(vector.text) \(a), \(vector.text) \(b), <\(numbers.count) x i32> <\(mask)>")
  }
}
