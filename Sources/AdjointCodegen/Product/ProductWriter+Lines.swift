import AdjointCore

/// Tiles that go through memory on their way to the result: those with an epilogue, and those of a result
/// that lies transposed.
///
/// An epilogue is written once for a line and not for each vector of the tile, which LLVM would spend most
/// of its time on; a tile takes but a few cycles more.
extension ProductWriter {
  /// Lines of a tile that lie next to each other in the result, and where their sums are.
  struct Lines {
    /// The number of the first in the tile.
    var first: Int
    var count: Int
    var sums: String
    /// The elements from the sums of a line to those of the next.
    var distance: Int
    /// The vectors of each.
    var parts: [Part]

    /// The elements of a line that a vector has.
    struct Part {
      var start: Int
      var count: Int
    }
  }

  /// The vectors of a tile that are in memory at once.
  func vectorsInMemory(of tile: Tile) -> Int {
    if layout.result.columnStride != 1 { return layout.lanes * (1 + layout.vectors) }
    return layout.epilogue == nil ? 0 : tile.rows * vectors(of: tile)
  }

  /// Writes a body for lines whose sums have been put in memory, until all of the tile have been there.
  mutating func forEachGroupOfLines(
    of tile: Tile, _ sums: [String], _ memory: String,
    _ body: (inout ProductWriter, Lines) -> Void
  ) {
    let vectors = vectors(of: tile)
    let line = layout.lanes
    guard layout.result.columnStride != 1 else {
      for (number, sum) in sums.enumerated() { storePacked(sum, move(memory, number * line)) }
      let parts = (0..<vectors).map {
        Lines.Part(start: $0 * line, count: lanes($0, of: tile))
      }
      return body(
        &self,
        Lines(first: 0, count: tile.rows, sums: memory, distance: vectors * line, parts: parts))
    }
    for column in 0..<vectors {
      for first in stride(from: 0, to: tile.rows, by: line) {
        let count = min(line, tile.rows - first)
        for row in 0..<line {
          let sum = row < count ? sums[(first + row) * vectors + column] : "zeroinitializer"
          storePacked(sum, move(memory, row * line))
        }
        // Its lines as far apart as those of a panel, for which there is code already.
        let turned = move(memory, line * line)
        callSquare(
          from: memory, stride: String(byteCount(line)), to: turned, stride: layout.panelColumns)
        body(
          &self,
          Lines(
            first: column * line, count: lanes(column, of: tile), sums: turned,
            distance: layout.panelColumns, parts: [Lines.Part(start: first, count: count)]))
      }
    }
  }

  /// Stores lines, or takes them through the epilogue, in the last block.
  mutating func write(_ lines: Lines) {
    guard layout.epilogue != nil else { return store(lines) }
    if layout.blockCount == 1 { return finish(lines) }
    let choice = text.beginChoice("%last")
    finish(lines)
    text.otherwise(choice)
    store(lines)
    text.end(choice)
  }

  private mutating func store(_ lines: Lines) {
    forEachLine(lines) { writer, _, products in
      for (product, place, part) in products { writer.write(product, place, part.count) }
    }
  }

  private mutating func finish(_ lines: Lines) {
    forEachLine(lines) { writer, number, products in
      let tile = writer.epilogue
      writer.enterLine(number)
      for (product, _, part) in products {
        writer.writeEpilogue(of: product, column: part.start, part.count)
      }
      writer.epilogue = tile
    }
  }

  /// Writes a body for each line: it gets the number of the line in the tile, and its vectors with their
  /// places in the result.
  private mutating func forEachLine(
    _ lines: Lines,
    _ body: (
      inout ProductWriter, _ number: String, [(product: String, place: String, Lines.Part)]
    ) -> Void
  ) {
    let line = text.beginLoop(from: "0", to: String(lines.count))
    let number = lines.first == 0 ? line.index : text.value("add i64 \(line.index), \(lines.first)")
    let target = moved("%result", number, "%stride")
    let sums = move(lines.sums, line.index, lines.distance)
    var products: [(product: String, place: String, Lines.Part)] = []
    for (vector, part) in lines.parts.enumerated() {
      let place = move(target, part.start)
      let sum = loadPacked(move(sums, vector * layout.lanes))
      products.append((completed(sum, place, part.count), place, part))
    }
    body(&self, number, products)
    text.end(line)
  }
}
