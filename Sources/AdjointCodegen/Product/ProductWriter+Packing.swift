/// The right operand copied into panels: for each step of the inner dimension the columns of a panel,
/// one after the other, so that a tile reads memory in a row.
extension ProductWriter {
  mutating func callPacking(_ right: String, _ panels: Span, _ depth: String) {
    let isTurned = layout.right.columnStride != 1
    var body = ProductWriter(layout)
    body.writePacking(isTurned: isTurned)
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
        "i64 \(byteCount(isTurned ? layout.right.columnStride : layout.right.rowStride))",
        "i64 \(panels.from)", "i64 \(panels.to)", "i64 \(layout.columns)", "ptr %memory",
        "i64 \(byteCount(layout.depth * layout.panelColumns))", "i64 \(depth)",
      ])
  }

  /// The panels of any product: the last may have fewer columns than the others.
  private mutating func writePacking(isTurned: Bool) {
    let panel = text.beginLoop(from: "%from", to: "%to")
    let first = text.value("mul i64 \(panel.index), \(layout.panelColumns)")
    let columns = text.value("sub i64 %all, \(first)")
    let number = text.value("sub i64 \(panel.index), %from")
    let target = moved("%panels", number, "%distance")
    if isTurned {
      turn(from: moved("%right", first, "%stride"), to: target, columns)
    } else {
      copyRows(from: move("%right", first, 1), to: target, columns)
    }
    text.end(panel)
    text.effect("ret void")
  }

  /// The vectors of a panel.
  private var vectorStarts: [Int] { (0..<layout.vectors).map { $0 * layout.lanes } }

  private mutating func copyRows(from source: String, to target: String, _ columns: String) {
    let isNarrow = text.value("icmp ult i64 \(columns), \(layout.panelColumns)")
    let guarded = text.beginChoice(isNarrow)
    let masks = vectorStarts.map { first in
      let more = text.value("icmp ugt i64 \(columns), \(first)")
      let count = text.value("sub i64 \(columns), \(first)")
      return mask(runtime: text.value("select i1 \(more), i64 \(count), i64 0"))
    }
    copySteps(from: source, to: target) { $0.maskedLoad($1, masks[$2]) }
    text.otherwise(guarded)
    copySteps(from: source, to: target) { writer, place, _ in writer.loadPacked(place) }
    text.end(guarded)
  }

  private mutating func copySteps(
    from source: String, to target: String,
    _ load: (inout ProductWriter, _ place: String, _ number: Int) -> String
  ) {
    let step = text.beginLoop(from: "0", to: "%count")
    let row = moved(source, step.index, "%stride")
    let place = move(target, step.index, layout.panelColumns)
    for (number, first) in vectorStarts.enumerated() {
      storePacked(load(&self, move(row, first), number), move(place, first))
    }
    text.end(step)
  }

  /// Copies columns that lie in a row in memory.
  private mutating func turn(from source: String, to target: String, _ columns: String) {
    for first in vectorStarts {
      let more = text.beginIf(text.value("icmp ugt i64 \(columns), \(first)"))
      let rest = text.value("sub i64 \(columns), \(first)")
      callTurn(
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
