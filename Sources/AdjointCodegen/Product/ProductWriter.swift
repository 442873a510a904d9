import AdjointCore

/// Writes the code of a product of matrices: the function of `GeneratedKernel.Function`, whose last
/// argument is the memory in which an item packs.
struct ProductWriter {
  let layout: ProductLayout
  var text = FunctionText()
  let vector: VectorType
  private let bytes: Int
  /// In a tile: whether it is that of the first block, in all lanes, where there are several.
  var isFirst: String?
  /// The steps of the epilogue, and where in it the text is.
  var epilogue: EpilogueState

  init(_ layout: ProductLayout) {
    self.layout = layout
    epilogue = EpilogueState(layout.epilogue)
    vector = VectorType(layout.scalarType, layout.lanes)
    bytes = layout.scalarType.byteCount
  }

  /// The text of the function.
  mutating func function(_ name: String) -> String {
    let bases = Places(
      left: base("%operands", layout.operands.left),
      right: base("%operands", layout.operands.right), result: base("%results", 0),
      epilogue: epilogueBases())
    switch layout.split {
    case .batches(let count):
      let item = text.beginLoop(from: "%from", to: "%to")
      let parts = layout.itemsPerMatrix(tiles: count)
      let matrix = parts == 1 ? item.index : text.value("udiv i64 \(item.index), \(parts)")
      let axes = text.positions(of: matrix, in: layout.batchExtents)
      let places = Places(
        left: move(bases.left, axes, layout.left.batchStrides),
        right: move(bases.right, axes, layout.right.batchStrides),
        result: move(bases.result, axes, layout.result.batchStrides),
        epilogue: moveEpilogue(bases.epilogue, matrix, by: \.batchStrides[0]), batch: matrix)
      let tiles = parts == 1 ? Span(layout.tileCount) : tiles(of: item.index, parts, count)
      writePanels(places, panels: Span(layout.panelCount), tiles: tiles)
      text.end(item)
    case .columns(let count):
      let span = range(of: count, in: layout.panelCount)
      writePanels(bases, panels: span, tiles: Span(layout.tileCount))
    case .rows(let count):
      let span = range(of: count, in: layout.tileCount)
      writePanels(bases, panels: Span(layout.panelCount), tiles: span)
    }
    text.effect("ret void")
    // What takes time is in the functions that this calls: LLVM has little to improve here, which counts
    // only where the tiles are few.
    let isShort = layout.isShort
    return NestWriter.signature(name, text, attributes: isShort ? "#0" : "#3")
  }

  /// Where the matrices of a product begin, and what its epilogue reads and writes.
  private struct Places {
    var left: String
    var right: String
    var result: String
    var epilogue: [String]
    var batch = "0"
  }

  /// A block of the inner dimension.
  struct Block {
    var depth: String
    var isFirst: String
    var isLast: String
  }

  /// Numbers from one on; at least one.
  struct Span {
    var from = "0"
    var to: String
    /// Whether it is one number alone, whatever the item.
    var isSingle = false

    init(_ count: Int) {
      to = String(count)
      isSingle = count == 1
    }
    init(from: String, to: String) { (self.from, self.to) = (from, to) }
  }

  /// The tiles of an item of a batch whose matrices are so many items each.
  private mutating func tiles(of item: String, _ parts: Int, _ count: Int) -> Span {
    let part = text.value("urem i64 \(item), \(parts)")
    let from = text.value("mul i64 \(part), \(count)")
    let to = text.smaller(
      text.value("add i64 \(from), \(count)"), String(layout.tileCount))
    return Span(from: from, to: to)
  }

  /// What a run's items are together.
  private mutating func range(of count: Int, in total: Int) -> Span {
    let from = text.value("mul i64 %from, \(count)")
    let to = text.smaller(text.value("mul i64 %to, \(count)"), String(total))
    return Span(from: from, to: to)
  }

  mutating func base(_ list: String, _ number: Int) -> String {
    let place = text.value("getelementptr i64, ptr \(list), i64 \(number)")
    let offset = text.value("load i64, ptr \(place), align 8")
    return text.value("getelementptr i8, ptr %arena, i64 \(offset)")
  }

  func byteCount(_ elements: Int) -> Int { elements * bytes }

  /// A pointer moved by a number of strides in elements.
  mutating func move(_ pointer: String, _ index: String, _ stride: Int) -> String {
    let distance = text.value("mul i64 \(index), \(stride * bytes)")
    return text.value("getelementptr i8, ptr \(pointer), i64 \(distance)")
  }

  /// A pointer moved along several axes.
  private mutating func move(_ pointer: String, _ positions: [String], _ strides: [Int]) -> String {
    zip(positions, strides).reduce(pointer) { move($0, $1.0, $1.1) }
  }

  /// A pointer moved by a known number of elements.
  mutating func move(_ pointer: String, _ elements: Int) -> String {
    elements == 0
      ? pointer : text.value("getelementptr i8, ptr \(pointer), i64 \(elements * bytes)")
  }

  // MARK: Loops

  /// As many panels as pass at once, and then the next ones.
  private mutating func writePanels(_ places: Places, panels: Span, tiles: Span) {
    let count = layout.panelsAtOnce
    if count == layout.panelCount { return writeBlocks(places, panels: panels, tiles: tiles) }
    let span = text.value("sub i64 \(panels.to), \(panels.from)")
    let parts = text.value("udiv i64 \(text.value("add i64 \(span), \(count - 1)")), \(count)")
    let part = text.beginLoop(from: "0", to: parts)
    let from = text.value(
      "add i64 \(panels.from), \(text.value("mul i64 \(part.index), \(count)"))")
    let to = text.smaller(text.value("add i64 \(from), \(count)"), panels.to)
    writeBlocks(places, panels: Span(from: from, to: to), tiles: tiles)
    text.end(part)
  }

  /// Blocks of the inner dimension around tiles of rows around panels of columns.
  private mutating func writeBlocks(_ places: Places, panels: Span, tiles: Span) {
    let layout = layout
    forEach(Span(layout.blockCount)) { writer, block in
      let start = writer.text.value("mul i64 \(block), \(layout.depth)")
      let rest = writer.text.value("sub i64 \(layout.inner), \(start)")
      let depth = writer.text.smaller(rest, String(layout.depth))
      let isFirst = writer.text.value("icmp eq i64 \(block), 0")
      let isLast = writer.text.value("icmp eq i64 \(block), \(layout.blockCount - 1)")
      var places = places
      places.left = writer.move(places.left, start, layout.left.columnStride)
      let right = writer.move(places.right, start, layout.right.rowStride)
      places.right = right
      if layout.packs { writer.callPacking(right, panels, depth) }
      writer.forEach(tiles) { writer, tile in
        writer.writeTiles(
          tile, panels, places, Block(depth: depth, isFirst: isFirst, isLast: isLast))
      }
    }
  }

  /// The tiles of one row of tiles.
  private mutating func writeTiles(
    _ tile: String, _ panels: Span, _ places: Places, _ block: Block
  ) {
    let layout = layout
    let isLow = isLast(tile, of: layout.tileCount, rest: layout.lastRows)
    var a = move(places.left, tile, layout.tileRows * layout.left.rowStride)
    if layout.copiesLeft { a = callCopy(of: a, isLow: isLow, block.depth) }
    let c = move(places.result, tile, layout.tileRows * layout.result.rowStride)
    func code(_ columns: Int) -> String {
      choose(isLow, from: layout.tileHeights.map { tileCode($0, columns) })
    }
    let widths = layout.panelWidths.map(code)
    let row = text.value("mul i64 \(tile), \(layout.tileRows)")
    let streams = moveEpilogue(places.epilogue, row, by: \.rowStride)
    forEach(panels) { writer, panel in
      let isNarrow = writer.isLast(panel, of: layout.panelCount, rest: layout.lastColumns)
      let target = writer.move(c, panel, layout.panelColumns * layout.result.columnStride)
      let column = writer.text.value("mul i64 \(panel), \(layout.panelColumns)")
      let pointers = writer.moveEpilogue(streams, column, by: \.columnStride)
      writer.callTile(
        writer.choose(isNarrow, from: widths), left: a,
        right: writer.panel(places.right, panel, panels, block.depth), result: target, block,
        epilogue: pointers + [places.batch, row, column])
    }
  }

  /// Where a panel of the right operand begins: in the packed copy, or in place.
  private mutating func panel(
    _ right: String, _ panel: String, _ panels: Span, _ depth: String
  ) -> String {
    guard layout.packs else {
      return move(right, panel, layout.panelColumns * layout.right.columnStride)
    }
    let number = text.value("sub i64 \(panel), \(panels.from)")
    return move("%memory", number, layout.depth * layout.panelColumns)
  }

  /// Writes a body for each number of a span.
  private mutating func forEach(
    _ span: Span, _ body: (inout ProductWriter, _ number: String) -> Void
  ) {
    if span.isSingle { return body(&self, span.from) }
    let loop = text.beginLoop(from: span.from, to: span.to)
    body(&self, loop.index)
    text.end(loop)
  }

  /// Whether a number is the last and smaller than the others; nil where none is.
  private mutating func isLast(_ number: String, of count: Int, rest: Int) -> String? {
    rest == 0 ? nil : text.value("icmp eq i64 \(number), \(count - 1)")
  }

  /// One of one or two pieces of code: the second where the condition, if there is one, holds.
  ///
  /// That there is one call of either keeps the loops around it from being written twice.
  mutating func choose(_ condition: String?, from code: [String]) -> String {
    guard let condition, code.count > 1, code[0] != code[1] else { return code[0] }
    return text.value("select i1 \(condition), ptr \(code[1]), ptr \(code[0])")
  }
}
