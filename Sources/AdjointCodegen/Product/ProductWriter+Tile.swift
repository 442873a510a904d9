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

  /// Computes a tile and stores it, added to what is there where it is not the first block.
  ///
  /// In the last block it goes through the epilogue.
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
    if layout.blockCount == 1 { return finish(tile, sums, adding: layout.addendScale) }
    // What is there is not read in the first block unless it is added: it may be NaN.
    var others: [String] = []
    if layout.addendScale != 1 {
      others.append(isFirst)
      let first = text.beginIf(isFirst)
      store(tile, sums, adding: layout.addendScale)
      text.end(first)
    }
    if layout.epilogue != nil {
      let isLast = text.value("icmp eq i64 \(block), \(layout.blockCount - 1)")
      others.append(isLast)
      let last = text.beginIf(isLast)
      finish(tile, sums, adding: 1)
      text.end(last)
    }
    // With two blocks the first and the last may be all.
    guard layout.blockCount > others.count else { return }
    let isOther = others.reduce("false") { text.value("or i1 \($0), \($1)") }
    let other = text.beginIf(text.value("xor i1 \(isOther), true"))
    store(tile, sums, adding: 1)
    text.end(other)
  }

  /// Stores a tile, with a multiple of what is there.
  private mutating func store(_ tile: Tile, _ sums: [String], adding factor: Double?) {
    forEachVector(tile, sums) { writer, sum, row, column, count in
      let place = writer.place(tile, row, column)
      writer.write(writer.added(sum, place, count, times: factor), place, count)
    }
  }

  /// Takes the complete elements of a tile, with a multiple of what is there, through the epilogue.
  private mutating func finish(_ tile: Tile, _ sums: [String], adding factor: Double?) {
    guard layout.epilogue != nil else { return store(tile, sums, adding: factor) }
    forEachVector(tile, sums) { writer, sum, row, column, count in
      let complete = writer.added(sum, writer.place(tile, row, column), count, times: factor)
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

  /// scale · sum, plus what is at a place times a factor, if there is one.
  private mutating func added(
    _ sum: String, _ pointer: String, _ count: Int, times factor: Double?
  ) -> String {
    let scaled =
      layout.scale == 1 ? sum : text.binary("fmul", vector, sum, text.number(layout.scale, vector))
    guard let factor else { return scaled }
    let old = maskedLoad(pointer, count)
    return factor == 1
      ? text.binary("fadd", vector, scaled, old)
      : text.multiplyAdd(vector, old, text.number(factor, vector), scaled)
  }

  private mutating func write(_ value: String, _ pointer: String, _ count: Int) {
    text.store(value, vector, at: pointer, stride: 1, count: count)
  }
}
