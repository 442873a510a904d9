import AdjointCore
import AdjointKernels

/// Reductions over axes around the column: row after row, a few rows at a time, with accumulators for a stretch of
/// the column in memory near the processor.
///
/// Column vector by column vector, each would be read down all its rows, a short piece of each; memory is read fastest
/// where it goes on. An accumulator takes the same values in the same order either way.
extension NestWriter {
  /// The accumulators of an output for the columns of a stretch.
  struct RowAccumulators {
    var sums: String
    /// As `totals` and `losses`.
    var totals: String?
    var losses: String?
  }

  /// Reserves the accumulators of an output for a stretch, the vector after its last whole one included.
  mutating func allocateRows(_ output: Int, _ type: VectorType) {
    let reserve = "alloca [\(layout.stretch + 1) x \(type.text)]"
    rowAccumulators[output] = RowAccumulators(
      sums: text.value(reserve), totals: totals[output].map { _ in text.value(reserve) },
      losses: losses[output].map { _ in text.value(reserve) })
  }

  private mutating func copyAccumulator(
    _ output: Int, from source: [Int: String], to target: [Int: String]
  ) {
    guard let source = source[output], let target = target[output] else { return }
    let type = type(of: output)
    let value = text.value("load \(type.text), ptr \(source)")
    text.effect("store \(type.text) \(value), ptr \(target)")
  }

  /// Writes all of the column loop, stretch by stretch, with the reduced loops around it.
  mutating func writeStretches() {
    let column = layout.keptCount - 1
    let loop = layout.loops[column]
    let given = ranges[column]
    let (from, to) = (given?.from ?? "0", given?.to ?? String(loop.trips))
    let guarded = given.map { text.beginIf(hasColumns($0)) }
    let length = text.value("sub i64 \(to), \(from)")
    let rounded = text.value("add i64 \(length), \(layout.stretch - 1)")
    let stretches = text.value("udiv i64 \(rounded), \(layout.stretch)")
    // Of what is left over by vectors alone there is one too.
    let isEmpty = text.value("icmp eq i64 \(length), 0")
    let count = text.value("select i1 \(isEmpty), i64 1, i64 \(stretches)")
    let stretch = text.beginLoop(from: "0", to: count)
    let distance = text.value("mul i64 \(stretch.index), \(layout.stretch)")
    let first = text.value("add i64 \(from), \(distance)")
    let end = text.smaller(text.value("add i64 \(first), \(layout.stretch)"), to)
    var isLast = loop.rest > 0 ? text.value("icmp eq i64 \(end), \(loop.trips)") : nil
    if let last = isLast, let given = given?.restCondition {
      isLast = text.value("and i1 \(last), \(given)")
    }
    ranges[column] = LoopRange(from: first, to: end, restCondition: isLast)
    writeColumns(from: first) { $0.beginReductions() }
    writeReducedAround(layout.keptCount, positions: [], from: first)
    writeColumns(from: first) { $0.endReductions() }
    ranges[column] = given
    text.end(stretch)
    if let guarded { text.end(guarded) }
  }

  /// Whether a range has whole vectors, or what is left over by them.
  private mutating func hasColumns(_ range: LoopRange) -> String {
    let hasVectors = text.value("icmp ult i64 \(range.from), \(range.to)")
    return range.restCondition.map { text.value("or i1 \(hasVectors), \($0)") } ?? hasVectors
  }

  /// Writes the reduced loops from one on around the column loop.
  private mutating func writeReducedAround(
    _ number: Int, positions reached: [String], from first: String
  ) {
    let loop = layout.loops[number]
    let range = ranges[number]
    let (from, to) = (range?.from ?? "0", range?.to ?? String(loop.trips))
    let guarded = range.map { text.beginIf(text.value("icmp ult i64 \($0.from), \($0.to)")) }
    if number < layout.loops.count - 1 {
      let counter = text.beginLoop(from: from, to: to)
      writeReducedAround(number + 1, positions: reached + [counter.index], from: first)
      text.end(counter)
    } else {
      let chunk = isCarried(number) ? beginChunk(from: from, to: to) : nil
      writeTiles(
        from: chunk?.from ?? from, to: chunk?.to ?? to, positions: reached, columnsFrom: first)
      if let chunk {
        writeColumns(from: first) { $0.carry() }
        text.end(chunk.loop)
      }
      if !totals.isEmpty { writeColumns(from: first) { $0.carry() } }
    }
    if let guarded { text.end(guarded) }
  }

  /// Writes rows of the innermost reduced loop, some at a time, each along all columns.
  private mutating func writeTiles(
    from: String, to: String, positions reached: [String], columnsFrom first: String
  ) {
    let length = text.value("sub i64 \(to), \(from)")
    let rounded = text.value("add i64 \(length), \(layout.tileRows - 1)")
    let count = text.value("udiv i64 \(rounded), \(layout.tileRows)")
    let tile = text.beginLoop(from: "0", to: count)
    let distance = text.value("mul i64 \(tile.index), \(layout.tileRows)")
    let begin = text.value("add i64 \(from), \(distance)")
    let end = text.smaller(text.value("add i64 \(begin), \(layout.tileRows)"), to)
    let (layout, registers) = (layout, accumulators)
    writeColumns(from: first) { writer in
      let memory = writer.accumulators
      for output in writer.reductions {
        writer.copyAccumulator(output, from: memory, to: registers)
      }
      writer.accumulators = registers
      for (number, position) in reached.enumerated() {
        writer.enter(layout.keptCount + number, at: position)
      }
      let outer = (writer.pointers, writer.positions)
      let row = writer.text.beginLoop(from: begin, to: end)
      writer.enter(layout.loops.count - 1, at: row.index)
      writer.writePoint()
      writer.text.end(row)
      (writer.pointers, writer.positions) = outer
      for output in writer.reductions {
        writer.copyAccumulator(output, from: registers, to: memory)
      }
    }
    text.end(tile)
  }

  private mutating func place(_ memory: String, _ bytes: String) -> String {
    text.value("getelementptr i8, ptr \(memory), i64 \(bytes)")
  }

  /// Writes the column loop over a stretch that begins at a vector; the accumulators are those of the column.
  private mutating func writeColumns(from first: String, _ body: (inout NestWriter) -> Void) {
    let (layout, column) = (layout, layout.keptCount - 1)
    let axis = layout.loops[column].axis
    let outer = (accumulators, totals, losses)
    writeLoop(column) { writer in
      let before = writer.text.value("mul i64 \(first), \(layout.lanes)")
      let distance = writer.text.value("sub i64 \(writer.positions[axis]), \(before)")
      for output in writer.reductions {
        guard let memory = writer.rowAccumulators[output] else { continue }
        let size = writer.nest.outputs[output].access.scalarType.byteCount
        let bytes = writer.text.value("mul i64 \(distance), \(size)")
        writer.accumulators[output] = writer.place(memory.sums, bytes)
        writer.totals[output] = memory.totals.map { writer.place($0, bytes) }
        writer.losses[output] = memory.losses.map { writer.place($0, bytes) }
      }
      body(&writer)
    }
    (accumulators, totals, losses) = outer
  }
}
