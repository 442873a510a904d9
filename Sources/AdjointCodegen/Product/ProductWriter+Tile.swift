import AdjointCore

/// A tile of the result: sums in registers while the inner dimension passes.
extension ProductWriter {
  struct Tile {
    var left: String
    var right: String
    var result: String
    var rows: Int
    var columns: Int
    var depth: String
  }

  /// Computes a tile and stores it, added to what is there where it is not the first block; in the last
  /// block it goes through the epilogue.
  mutating func writeTile(_ tile: Tile, _ sums: [String], block: String, isFirst: String) {
    let vectors = (tile.columns + layout.lanes - 1) / layout.lanes
    let used = (0..<tile.rows).flatMap { row in
      (0..<vectors).map { sums[row * layout.vectors + $0] }
    }
    for sum in used { text.effect("store \(vector.text) zeroinitializer, ptr \(sum)") }
    let step = text.beginLoop(from: "0", to: tile.depth)
    let a = move(tile.left, step.index, layout.readLeft.columnStride)
    let stride = layout.packs ? layout.panelColumns : layout.right.rowStride
    let b = move(tile.right, step.index, stride)
    let row = (0..<vectors).map { number in
      read(move(b, number * layout.lanes), lanes(number, of: tile))
    }
    for number in 0..<tile.rows {
      let place = move(a, number * layout.readLeft.rowStride)
      let one = VectorType(layout.scalarType, 1)
      let single = text.value(
        "load \(one.text), ptr \(place), align \(layout.scalarType.byteCount)")
      let factor = text.spread(single, vector)
      for column in 0..<vectors {
        let sum = sums[number * layout.vectors + column]
        let old = text.value("load \(vector.text), ptr \(sum)")
        let new = text.multiplyAdd(vector, factor, row[column], old)
        text.effect("store \(vector.text) \(new), ptr \(sum)")
      }
    }
    text.end(step)
    guard layout.epilogue != nil else { return store(tile, sums, isFirst) }
    if layout.blockCount == 1 { return finish(tile, sums) }
    let isLast = text.value("icmp eq i64 \(block), \(layout.blockCount - 1)")
    let last = text.beginIf(isLast)
    finish(tile, sums)
    text.end(last)
    let earlier = text.beginIf(text.value("xor i1 \(isLast), true"))
    store(tile, sums, isFirst)
    text.end(earlier)
  }

  /// Stores a tile.
  private mutating func store(_ tile: Tile, _ sums: [String], _ isFirst: String) {
    forEachVector(tile, sums) { writer, sum, row, column, count in
      writer.store(sum, to: writer.place(tile, row, column), count, isFirst)
    }
  }

  /// Completes the sums of a tile and takes them through the epilogue.
  private mutating func finish(_ tile: Tile, _ sums: [String]) {
    forEachVector(tile, sums) { writer, sum, row, column, count in
      let place = writer.place(tile, row, column)
      let complete = writer.complete(sum, place, count)
      writer.writeEpilogue(of: complete, row: row, column: column, count)
    }
  }

  private mutating func place(_ tile: Tile, _ row: Int, _ column: Int) -> String {
    move(tile.result, row * layout.result.rowStride + column * layout.result.columnStride)
  }

  /// Writes a body for each vector of a tile along the rows in which the result lies: it gets the sums,
  /// the row and column of the first, and how many count.
  ///
  /// Where the result lies transposed, squares are turned in registers first.
  private mutating func forEachVector(
    _ tile: Tile, _ sums: [String],
    _ body: (inout ProductWriter, _ sum: String, _ row: Int, _ column: Int, _ count: Int) -> Void
  ) {
    let vectors = (tile.columns + layout.lanes - 1) / layout.lanes
    guard layout.result.columnStride != 1 else {
      for row in 0..<tile.rows {
        for number in 0..<vectors {
          let sum = text.value("load \(vector.text), ptr \(sums[row * layout.vectors + number])")
          body(&self, sum, row, number * layout.lanes, lanes(number, of: tile))
        }
      }
      return
    }
    for number in 0..<vectors {
      for first in stride(from: 0, to: tile.rows, by: layout.lanes) {
        let count = min(layout.lanes, tile.rows - first)
        var square = (0..<layout.lanes).map { row in
          row < count
            ? text.value(
              "load \(vector.text), ptr \(sums[(first + row) * layout.vectors + number])")
            : "zeroinitializer"
        }
        turnSquare(&square)
        for lane in 0..<lanes(number, of: tile) {
          body(&self, square[lane], first, number * layout.lanes + lane, count)
        }
      }
    }
  }

  /// The lanes of a vector of a tile that count.
  private func lanes(_ number: Int, of tile: Tile) -> Int {
    min(layout.lanes, tile.columns - number * layout.lanes)
  }

  /// Lanes next to each other; those beyond the count are 0.
  ///
  /// Panels have all lanes.
  private mutating func read(_ pointer: String, _ count: Int) -> String {
    let alignment = layout.scalarType.byteCount
    if count == layout.lanes || layout.packs {
      return text.value("load \(vector.text), ptr \(pointer), align \(alignment)")
    }
    return maskedLoad(pointer, count)
  }

  mutating func maskedLoad(_ pointer: String, _ count: Int) -> String {
    text.load(vector, at: pointer, stride: 1, count: count)
  }

  private mutating func scaled(_ sum: String) -> String {
    layout.scale == 1 ? sum : text.binary("fmul", vector, sum, text.number(layout.scale, vector))
  }

  /// What is at a place, times a factor, added to a sum.
  private mutating func added(
    _ sum: String, _ pointer: String, _ count: Int, times factor: Double
  ) -> String {
    let old = maskedLoad(pointer, count)
    return factor == 1
      ? text.binary("fadd", vector, sum, old)
      : text.multiplyAdd(vector, old, text.number(factor, vector), sum)
  }

  /// The whole element, in the last block: earlier blocks have taken in the addend.
  private mutating func complete(_ sum: String, _ pointer: String, _ count: Int) -> String {
    let factor = layout.blockCount > 1 ? 1 : layout.addendScale
    let scaled = scaled(sum)
    return factor.map { added(scaled, pointer, count, times: $0) } ?? scaled
  }

  /// Stores scale · sum, plus what is there: times the addend's scale in the first block.
  private mutating func store(_ sum: String, to pointer: String, _ count: Int, _ isFirst: String) {
    let scaled = scaled(sum)
    guard layout.addendScale != nil || layout.blockCount > 1 else {
      return write(scaled, pointer, count)
    }
    if let factor = layout.addendScale, factor == 1 || layout.blockCount == 1 {
      return write(added(scaled, pointer, count, times: factor), pointer, count)
    }
    // What is there is not read in the first block unless it is added: it may be NaN.
    let other = text.name("later")
    let end = text.name("stored")
    let first = text.name("first")
    text.effect("br i1 \(isFirst), label %\(first), label %\(other)")
    text.open(first)
    write(
      layout.addendScale.map { added(scaled, pointer, count, times: $0) } ?? scaled, pointer, count)
    text.effect("br label %\(end)")
    text.open(other)
    write(added(scaled, pointer, count, times: 1), pointer, count)
    text.begin(end)
  }

  private mutating func write(_ value: String, _ pointer: String, _ count: Int) {
    text.store(value, vector, at: pointer, stride: 1, count: count)
  }
}
