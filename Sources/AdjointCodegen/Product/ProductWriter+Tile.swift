import AdjointCore

/// A tile of the result: sums in registers while the inner dimension passes.
extension ProductWriter {
  private struct Tile {
    var rows: Int
    var columns: Int
  }

  /// The code that computes a tile and stores it, added to what is there where it is not the first
  /// block; in the last block it goes through the epilogue.
  ///
  /// Strides that differ between products with the same tile are arguments, so that they share its code.
  mutating func tileCode(_ rows: Int, _ columns: Int) -> String {
    var body = ProductWriter(layout)
    body.enterEpilogue()
    body.writeTile(Tile(rows: rows, columns: columns))
    return text.use(
      SharedFunction(
        "tile",
        [
          "ptr %left", "ptr %right", "i64 %step", "ptr %result", "i64 %stride", "i64 %depth",
        ] + (layout.blockCount > 1 ? ["i1 %first", "i1 %last"] : []) + epilogueParameters,
        body.text))
  }

  mutating func callTile(
    _ code: String, left: String, right: String, result: String, _ block: Block,
    epilogue: [String]
  ) {
    let step = byteCount(layout.packs ? layout.panelColumns : layout.right.rowStride)
    text.effect(
      "call void \(code)(ptr \(left), ptr \(right), i64 \(step), ptr \(result), i64"
        + " \(byteCount(resultStride)), i64 \(block.depth)"
        + (layout.blockCount > 1 ? ", i1 \(block.isFirst), i1 \(block.isLast)" : "")
        + epilogueArguments(epilogue) + ")")
  }

  /// The stride of the result that is not 1.
  private var resultStride: Int {
    layout.result.columnStride == 1 ? layout.result.rowStride : layout.result.columnStride
  }

  private mutating func writeTile(_ tile: Tile) {
    let isTurned = layout.result.columnStride != 1
    let square =
      isTurned ? text.value("alloca [\(layout.lanes * (1 + layout.vectors)) x \(vector.text)]") : ""
    let vectors = vectors(of: tile)
    let step = text.beginLoop(
      from: "0", to: "%depth", carrying: tile.rows * vectors, vector.text, start: "zeroinitializer")
    let a = move("%left", step.index, layout.readLeft.columnStride)
    let distance = text.value("mul i64 \(step.index), %step")
    let b = text.value("getelementptr i8, ptr %right, i64 \(distance)")
    let row = (0..<vectors).map { number in
      read(move(b, number * layout.lanes), lanes(number, of: tile))
    }
    var sums: [String] = []
    for number in 0..<tile.rows {
      let place = move(a, number * layout.readLeft.rowStride)
      let one = VectorType(layout.scalarType, 1)
      let single = text.value(
        "load \(one.text), ptr \(place), align \(layout.scalarType.byteCount)")
      let factor = text.spread(single, vector)
      for column in 0..<vectors {
        sums.append(text.multiplyAdd(vector, factor, row[column], step.carried[sums.count]))
      }
    }
    text.end(step, carrying: sums)
    if layout.blockCount > 1 { isFirst = spreadTruth("%first") }
    if layout.epilogue == nil {
      store(tile, sums, square)
    } else if layout.blockCount == 1 {
      finish(tile, sums, square)
    } else {
      let last = text.beginIf("%last")
      finish(tile, sums, square)
      text.end(last)
      let other = text.beginIf(text.value("xor i1 %last, true"))
      store(tile, sums, square)
      text.end(other)
    }
    text.effect("ret void")
  }

  /// Stores a tile; where the result lies transposed, squares are turned first.
  private mutating func store(_ tile: Tile, _ sums: [String], _ square: String) {
    guard layout.result.columnStride != 1 else {
      return forEachVector(tile, sums) { writer, sum, place, row, column in
        let count = writer.lanes(column, of: tile)
        writer.write(writer.completed(sum, place, count), place, count)
      }
    }
    forEachSquare(tile, sums, square) { writer, turned, column, first, count in
      let lane = writer.text.beginLoop(from: "0", to: String(writer.lanes(column, of: tile)))
      let number = writer.text.value("add i64 \(lane.index), \(column * writer.layout.lanes)")
      let place = writer.move(writer.moved("%result", number, "%stride"), first)
      let sums = writer.loadPacked(writer.move(turned, lane.index, writer.layout.panelColumns))
      writer.write(writer.completed(sums, place, count), place, count)
      writer.text.end(lane)
    }
  }

  /// Takes a tile through the epilogue; where the result lies transposed, squares are turned first.
  private mutating func finish(_ tile: Tile, _ sums: [String], _ square: String) {
    let line = layout.lanes
    guard layout.result.columnStride != 1 else {
      return forEachVector(tile, sums) { writer, sum, place, row, column in
        let count = writer.lanes(column, of: tile)
        let product = writer.completed(sum, place, count)
        writer.writeEpilogue(of: product, row: row, column: column * line, count)
      }
    }
    forEachSquare(tile, sums, square) { writer, turned, column, first, count in
      for lane in 0..<writer.lanes(column, of: tile) {
        let number = column * line + lane
        let place = writer.move(writer.moved("%result", String(number), "%stride"), first)
        let sum = writer.loadPacked(writer.move(turned, lane * writer.layout.panelColumns))
        let product = writer.completed(sum, place, count)
        writer.writeEpilogue(of: product, row: first, column: number, count)
      }
    }
  }

  /// Writes a body for each vector of a tile: it gets the sums, their place, the row and the number of the
  /// vector in it.
  private mutating func forEachVector(
    _ tile: Tile, _ sums: [String],
    _ body: (inout ProductWriter, _ sum: String, _ place: String, _ row: Int, _ column: Int) -> Void
  ) {
    let vectors = vectors(of: tile)
    var place = "%result"
    for number in 0..<tile.rows {
      if number > 0 { place = text.value("getelementptr i8, ptr \(place), i64 %stride") }
      for column in 0..<vectors {
        body(
          &self, sums[number * vectors + column], move(place, column * layout.lanes), number, column
        )
      }
    }
  }

  /// Writes a body for each square of a tile of a result that lies transposed: it gets where its turned
  /// lines are, the number of the vector, the first row and the rows that count.
  private mutating func forEachSquare(
    _ tile: Tile, _ sums: [String], _ square: String,
    _ body: (
      inout ProductWriter, _ turned: String, _ column: Int, _ first: Int, _ count: Int
    ) -> Void
  ) {
    let vectors = vectors(of: tile)
    let line = layout.lanes
    for column in 0..<vectors {
      for first in stride(from: 0, to: tile.rows, by: line) {
        let count = min(line, tile.rows - first)
        for row in 0..<line {
          let sum = row < count ? sums[(first + row) * vectors + column] : "zeroinitializer"
          storePacked(sum, move(square, row * line))
        }
        // Its lines as far apart as those of a panel, for which there is code already.
        let turned = move(square, line * line)
        callSquare(
          from: square, stride: String(byteCount(line)), to: turned, stride: layout.panelColumns)
        body(&self, turned, column, first, count)
      }
    }
  }

  /// A truth value in all lanes: a choice between vectors by a single one would be a jump each.
  private mutating func spreadTruth(_ truth: String) -> String {
    let type = vector.of(vector.element == .f64 ? .i64 : .i32)
    let word = text.value("sext i1 \(truth) to \(type.element.rawValue)")
    let single = text.value(
      "insertelement <1 x \(type.element.rawValue)> poison, \(type.element.rawValue) \(word), i64 0"
    )
    return text.compare("ne", type, text.spread(single, type), text.integer(0, type))
  }

  private func vectors(of tile: Tile) -> Int {
    (tile.columns + layout.lanes - 1) / layout.lanes
  }

  /// The lanes of a vector of a tile that count.
  private func lanes(_ number: Int, of tile: Tile) -> Int {
    min(layout.lanes, tile.columns - number * layout.lanes)
  }

  /// Lanes next to each other; those beyond the count are 0.
  ///
  /// Panels have all lanes.
  private mutating func read(_ pointer: String, _ count: Int) -> String {
    text.load(vector, at: pointer, stride: 1, count: layout.packs ? layout.lanes : count)
  }

  /// The lanes for which a mask is true; 0 in the others.
  mutating func maskedLoad(_ pointer: String, _ mask: String) -> String {
    let name = "@llvm.masked.load.\(vector.suffix).p0"
    text.declare(
      "declare \(vector.text) \(name)(ptr, i32, \(vector.of(.i1).text), \(vector.text))")
    return text.value(
      "call \(vector.text) \(name)(ptr \(pointer), i32 \(layout.scalarType.byteCount),"
        + " \(mask), \(vector.text) zeroinitializer)")
  }

  /// scale · sum, plus what is there: times the addend's scale in the first block.
  private mutating func completed(_ sum: String, _ pointer: String, _ count: Int) -> String {
    let scaled =
      layout.scale == 1
      ? sum : text.binary("fmul", vector, sum, text.number(layout.scale, vector))
    let addsFirst = layout.addendScale != nil
    guard addsFirst || layout.blockCount > 1 else { return scaled }
    let old = text.load(vector, at: pointer, stride: 1, count: count)
    let addendScale = layout.addendScale ?? 1
    var factor: String?
    if addendScale != 1 {
      factor = text.number(addendScale, vector)
      if let first = factor, let isFirst {
        factor = text.select(vector, isFirst, first, text.number(1, vector))
      }
    }
    let new =
      factor.map { text.multiplyAdd(vector, old, $0, scaled) }
      ?? text.binary("fadd", vector, scaled, old)
    // What is there does not count in the first block unless it is added: it may be NaN.
    guard !addsFirst, let isFirst else { return new }
    return text.select(vector, isFirst, scaled, new)
  }

  private mutating func write(_ value: String, _ pointer: String, _ count: Int) {
    text.store(value, vector, at: pointer, stride: 1, count: count)
  }

  /// A whole vector, aligned as its elements are.
  mutating func loadPacked(_ pointer: String) -> String {
    text.value("load \(vector.text), ptr \(pointer), align \(layout.scalarType.byteCount)")
  }

  mutating func storePacked(_ value: String, _ pointer: String) {
    text.effect(
      "store \(vector.text) \(value), ptr \(pointer), align \(layout.scalarType.byteCount)")
  }
}
