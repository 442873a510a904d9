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
  mutating func writeTile(_ tile: Tile, _ sums: [String], isFirst: String) {
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
    if layout.result.columnStride == 1 {
      storeRows(tile, sums, isFirst)
    } else {
      storeTurned(tile, sums, isFirst)
    }
  }

  private mutating func storeRows(_ tile: Tile, _ sums: [String], _ isFirst: String) {
    let vectors = (tile.columns + layout.lanes - 1) / layout.lanes
    for number in 0..<tile.rows {
      let place = move(tile.result, number * layout.result.rowStride)
      for column in 0..<vectors {
        let sum = text.value("load \(vector.text), ptr \(sums[number * layout.vectors + column])")
        store(sum, to: move(place, column * layout.lanes), lanes(column, of: tile), isFirst)
      }
    }
  }

  /// Stores a tile of a result that lies transposed: squares are turned in registers first.
  private mutating func storeTurned(_ tile: Tile, _ sums: [String], _ isFirst: String) {
    let vectors = (tile.columns + layout.lanes - 1) / layout.lanes
    for column in 0..<vectors {
      for first in stride(from: 0, to: tile.rows, by: layout.lanes) {
        let count = min(layout.lanes, tile.rows - first)
        var square = (0..<layout.lanes).map { row in
          row < count
            ? text.value(
              "load \(vector.text), ptr \(sums[(first + row) * layout.vectors + column])")
            : "zeroinitializer"
        }
        turnSquare(&square)
        for lane in 0..<lanes(column, of: tile) {
          let offset = (column * layout.lanes + lane) * layout.result.columnStride + first
          store(square[lane], to: move(tile.result, offset), count, isFirst)
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
    let name = "@llvm.masked.load.\(vector.suffix).p0"
    text.declare(
      "declare \(vector.text) \(name)(ptr, i32, \(vector.of(.i1).text), \(vector.text))")
    return text.value(
      "call \(vector.text) \(name)(ptr \(pointer), i32 \(layout.scalarType.byteCount),"
        + " \(mask(count)), \(vector.text) zeroinitializer)")
  }

  func mask(_ count: Int) -> String {
    let flags = (0..<layout.lanes).map { "i1 \($0 < count)" }.joined(separator: ", ")
    return "\(vector.of(.i1).text) <\(flags)>"
  }

  /// Stores scale · sum, plus what is there: times the addend's scale in the first block.
  private mutating func store(_ sum: String, to pointer: String, _ count: Int, _ isFirst: String) {
    let scaled =
      layout.scale == 1
      ? sum : text.binary("fmul", vector, sum, text.number(layout.scale, vector))
    let readsFirst = layout.addendScale != nil
    guard readsFirst || layout.blockCount > 1 else { return write(scaled, pointer, count) }
    let addendScale = layout.addendScale ?? 0
    if readsFirst, addendScale == 1 || layout.blockCount == 1 {
      let old = self.old(pointer, count)
      let added =
        addendScale == 1
        ? text.binary("fadd", vector, scaled, old)
        : text.multiplyAdd(vector, old, text.number(addendScale, vector), scaled)
      return write(added, pointer, count)
    }
    // What is there is not read in the first block unless it is added: it may be NaN.
    let other = text.name("later")
    let end = text.name("stored")
    let first = text.name("first")
    text.effect("br i1 \(isFirst), label %\(first), label %\(other)")
    text.open(first)
    if readsFirst {
      let old = self.old(pointer, count)
      write(
        text.multiplyAdd(vector, old, text.number(addendScale, vector), scaled), pointer, count)
    } else {
      write(scaled, pointer, count)
    }
    text.effect("br label %\(end)")
    text.open(other)
    write(text.binary("fadd", vector, scaled, self.old(pointer, count)), pointer, count)
    text.begin(end)
  }

  private mutating func old(_ pointer: String, _ count: Int) -> String {
    count == layout.lanes
      ? text.value("load \(vector.text), ptr \(pointer), align \(layout.scalarType.byteCount)")
      : maskedLoad(pointer, count)
  }

  mutating func write(_ value: String, _ pointer: String, _ count: Int) {
    let alignment = layout.scalarType.byteCount
    if count == layout.lanes {
      return text.effect("store \(vector.text) \(value), ptr \(pointer), align \(alignment)")
    }
    let name = "@llvm.masked.store.\(vector.suffix).p0"
    text.declare("declare void \(name)(\(vector.text), ptr, i32, \(vector.of(.i1).text))")
    text.effect(
      "call void \(name)(\(vector.text) \(value), ptr \(pointer), i32 \(alignment),"
        + " \(mask(count)))")
  }
}
