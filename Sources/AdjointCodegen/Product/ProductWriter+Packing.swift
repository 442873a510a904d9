/// The right operand copied into panels: for each step of the inner dimension the columns of a panel,
/// one after the other, so that a tile reads memory in a row.
extension ProductWriter {
  mutating func callPacking(_ right: String, _ panels: Span, _ depth: String) {
    let isTransposed = layout.right.columnStride != 1
    var body = ProductWriter(layout)
    body.writePacking(isTransposed: isTransposed)
    let function = SharedFunction(
      "pack",
      [
        "ptr %right", "i64 %stride", "i64 %from", "i64 %to", "i64 %all", "ptr %panels",
        "i64 %distance", "i64 %count",
      ], body.text)
    text.call(
      function,
      [
        "ptr \(right)",
        "i64 \(byteCount(isTransposed ? layout.right.columnStride : layout.right.rowStride))",
        "i64 \(panels.from)", "i64 \(panels.to)", "i64 \(layout.columns)", "ptr %memory",
        "i64 \(byteCount(layout.depth * layout.panelColumns))", "i64 \(depth)",
      ])
  }

  /// The panels of any product: the last may have fewer columns than the others.
  private mutating func writePacking(isTransposed: Bool) {
    if isTransposed {
      let panel = text.beginLoop(from: "%from", to: "%to")
      let first = text.value("mul i64 \(panel.index), \(layout.panelColumns)")
      let columns = text.value("sub i64 %all, \(first)")
      turn(from: moved("%right", first, "%stride"), to: place(of: panel.index), columns)
      text.end(panel)
    } else {
      copyRows()
    }
    text.effect("ret void")
  }

  /// Where a panel is among those that are packed.
  private mutating func place(of panel: String) -> String {
    moved("%panels", text.value("sub i64 \(panel), %from"), "%distance")
  }

  /// The vectors of a panel.
  private var vectorStarts: [Int] { (0..<layout.vectors).map { $0 * layout.lanes } }

  /// Copies row by row, into all panels: what is read lies in a row, so that the processor fetches it ahead.
  private mutating func copyRows() {
    let whole = text.smaller(
      text.value("udiv i64 %all, \(layout.panelColumns)"), "%to")
    let hasWhole = text.value("icmp ult i64 %from, \(whole)")
    let isNarrow = text.value("icmp ult i64 \(whole), %to")
    let columns = text.value(
      "sub i64 %all, \(text.value("mul i64 \(whole), \(layout.panelColumns)"))")
    let masks = vectorStarts.map { first in
      let more = text.value("icmp ugt i64 \(columns), \(first)")
      let count = text.value("sub i64 \(columns), \(first)")
      return mask(runtime: text.value("select i1 \(more), i64 \(count), i64 0"))
    }
    let step = text.beginLoop(from: "0", to: "%count")
    let row = moved("%right", step.index, "%stride")
    let copied = text.beginIf(hasWhole)
    let panel = text.beginLoop(from: "%from", to: whole)
    copyStep(step.index, of: row, panel.index) { writer, place, _ in writer.loadPacked(place) }
    text.end(panel)
    text.end(copied)
    let rest = text.beginIf(isNarrow)
    copyStep(step.index, of: row, whole) { $0.maskedLoad($1, masks[$2]) }
    text.end(rest)
    text.end(step)
  }

  private mutating func copyStep(
    _ step: String, of row: String, _ panel: String,
    _ load: (inout ProductWriter, _ place: String, _ number: Int) -> String
  ) {
    let source = move(row, panel, layout.panelColumns)
    let target = move(place(of: panel), step, layout.panelColumns)
    for (number, first) in vectorStarts.enumerated() {
      storePacked(load(&self, move(source, first), number), move(target, first))
    }
  }

  /// Copies columns that lie in a row in memory.
  private mutating func turn(from source: String, to target: String, _ columns: String) {
    for first in vectorStarts {
      let more = text.beginIf(text.value("icmp ugt i64 \(columns), \(first)"))
      let rest = text.value("sub i64 \(columns), \(first)")
      callTransposePacking(
        from: moved(source, String(first), "%stride"),
        columns: text.smaller(rest, String(layout.lanes)), to: move(target, first))
      text.end(more)
    }
  }

  // MARK: The left operand

  /// Copies a tile of the left operand to where its rows do not compete for the cache, and returns
  /// where that is.
  mutating func callCopy(of source: String, isLow: String?, _ depth: String) -> String {
    let target = move("%memory", layout.packedCount)
    let isRowMajor = layout.left.columnStride == 1
    let code = choose(
      isLow,
      from: layout.tileHeights.map { rows in
        var body = ProductWriter(layout)
        if isRowMajor { body.writeCopyOfRows(rows) } else { body.writeCopyOfColumns(rows) }
        return text.use(
          SharedFunction(
            "copy", ["ptr %source", "i64 %stride", "ptr %target", "i64 %count"], body.text))
      })
    let stride = isRowMajor ? layout.left.rowStride : layout.left.columnStride
    text.effect(
      "call void \(code)(ptr \(source), i64 \(byteCount(stride)), ptr \(target), i64 \(depth))")
    return target
  }

  /// Whole vectors are written, beyond the last element too: there is a gap between the rows.
  private mutating func writeCopyOfRows(_ rows: Int) {
    let lanes = layout.lanes
    let vectors = text.value("udiv i64 %count, \(lanes)")
    let done = text.value("mul i64 \(vectors), \(lanes)")
    let rest = text.value("sub i64 %count, \(done)")
    let mask = mask(runtime: rest)
    let hasVectors = text.value("icmp ugt i64 \(vectors), 0")
    let hasRest = text.value("icmp ugt i64 \(rest), 0")
    let row = text.beginLoop(from: "0", to: String(rows))
    let source = moved("%source", row.index, "%stride")
    let target = move("%target", row.index, layout.copiedLeft.rowStride)
    let guarded = text.beginIf(hasVectors)
    let step = text.beginLoop(from: "0", to: vectors)
    storePacked(loadPacked(move(source, step.index, lanes)), move(target, step.index, lanes))
    text.end(step)
    text.end(guarded)
    let more = text.beginIf(hasRest)
    storePacked(maskedLoad(move(source, done, 1), mask), move(target, done, 1))
    text.end(more)
    text.end(row)
    text.effect("ret void")
  }

  private mutating func writeCopyOfColumns(_ rows: Int) {
    let step = text.beginLoop(from: "0", to: "%count")
    let from = moved("%source", step.index, "%stride")
    let to = move("%target", step.index, layout.copiedLeft.columnStride)
    for first in stride(from: 0, to: rows, by: layout.lanes) {
      let count = min(layout.lanes, rows - first)
      let place = move(from, first)
      storePacked(text.load(vector, at: place, stride: 1, count: count), move(to, first))
    }
    text.end(step)
    text.effect("ret void")
  }
}
