import AdjointCore

/// Writes the code of a product of matrices: the function of `GeneratedKernel.Function`, whose last
/// argument is the memory in which an item packs.
struct ProductWriter {
  let layout: ProductLayout
  var text = FunctionText()
  let vector: VectorType
  private let bytes: Int
  /// The steps of the epilogue, and where in it the text is.
  var epilogue: EpilogueState

  init(_ layout: ProductLayout) {
    self.layout = layout
    vector = VectorType(layout.scalarType, layout.lanes)
    bytes = layout.scalarType.byteCount
    epilogue = EpilogueState(layout.epilogue)
  }

  /// The text of the function.
  mutating func function(_ name: String) -> String {
    let sums = (0..<layout.tileRows * layout.vectors).map { _ in
      text.value("alloca \(vector.text)")
    }
    let bases = Places(
      left: base("%operands", layout.operands.left),
      right: base("%operands", layout.operands.right),
      result: base("%results", 0), epilogue: epilogueBases())
    let item = text.beginLoop(from: "%from", to: "%to")
    switch layout.split {
    case .batches:
      let places = Places(
        left: move(bases.left, item.index, layout.left.batchStride),
        right: move(bases.right, item.index, layout.right.batchStride),
        result: move(bases.result, item.index, layout.result.batchStride),
        epilogue: moveEpilogue(bases.epilogue, item.index, by: \.batchStride), batch: item.index)
      writeBlocks(places, sums, panels: Span(layout.panelCount), tiles: Span(layout.tileCount))
    case .columns(let count):
      let span = range(item.index, of: count, in: layout.panelCount)
      writeBlocks(bases, sums, panels: span, tiles: Span(layout.tileCount))
    case .rows(let count):
      let span = range(item.index, of: count, in: layout.tileCount)
      writeBlocks(bases, sums, panels: Span(layout.panelCount), tiles: span)
    }
    text.end(item)
    text.effect("ret void")
    return NestWriter.signature(name, text)
  }

  /// Where the matrices of a product begin, and what its epilogue reads and writes.
  struct Places {
    var left: String
    var right: String
    var result: String
    var epilogue: [String]
    var batch = "0"
  }

  /// Numbers from one on, and whether the last of all is among them.
  struct Span {
    var from = "0"
    var to: String
    var hasLast = "true"

    init(_ count: Int) { to = String(count) }
    init(from: String, to: String, hasLast: String) {
      (self.from, self.to, self.hasLast) = (from, to, hasLast)
    }
  }

  private mutating func range(_ item: String, of count: Int, in total: Int) -> Span {
    let from = text.value("mul i64 \(item), \(count)")
    let to = text.smaller(text.value("add i64 \(from), \(count)"), String(total))
    return Span(from: from, to: to, hasLast: text.value("icmp eq i64 \(to), \(total)"))
  }

  mutating func base(_ list: String, _ number: Int) -> String {
    let place = text.value("getelementptr i64, ptr \(list), i64 \(number)")
    let offset = text.value("load i64, ptr \(place), align 8")
    return text.value("getelementptr i8, ptr %arena, i64 \(offset)")
  }

  /// A pointer moved by a number of strides in elements.
  mutating func move(_ pointer: String, _ index: String, _ stride: Int) -> String {
    let distance = text.value("mul i64 \(index), \(stride * bytes)")
    return text.value("getelementptr i8, ptr \(pointer), i64 \(distance)")
  }

  /// A pointer moved by a known number of elements.
  mutating func move(_ pointer: String, _ elements: Int) -> String {
    elements == 0
      ? pointer : text.value("getelementptr i8, ptr \(pointer), i64 \(elements * bytes)")
  }

  // MARK: Loops

  /// Blocks of the inner dimension around tiles of rows around panels of columns.
  private mutating func writeBlocks(
    _ places: Places, _ sums: [String], panels: Span, tiles: Span
  ) {
    let layout = layout
    let block = text.beginLoop(from: "0", to: String(layout.blockCount))
    let start = text.value("mul i64 \(block.index), \(layout.depth)")
    let rest = text.value("sub i64 \(layout.inner), \(start)")
    let depth = text.smaller(rest, String(layout.depth))
    let isFirst = text.value("icmp eq i64 \(block.index), 0")
    let left = move(places.left, start, layout.left.columnStride)
    let right = move(places.right, start, layout.right.rowStride)
    if layout.packs { writePacking(right, panels, depth) }
    forEach(tiles, whole: layout.tileCount, rest: layout.rows % layout.tileRows) {
      writer, tile, rows in
      let height = rows == 0 ? layout.tileRows : rows
      var a = writer.move(left, tile, layout.tileRows * layout.left.rowStride)
      if layout.copiesLeft { a = writer.writeCopy(of: a, rows: height, depth) }
      let c = writer.move(places.result, tile, layout.tileRows * layout.result.rowStride)
      let row = writer.text.value("mul i64 \(tile), \(layout.tileRows)")
      let streams = writer.moveEpilogue(places.epilogue, row, by: \.rowStride)
      writer.forEach(panels, whole: layout.panelCount, rest: layout.columns % layout.panelColumns) {
        writer, panel, columns in
        let width = columns == 0 ? layout.panelColumns : columns
        let target = writer.move(c, panel, layout.panelColumns * layout.result.columnStride)
        let b = writer.panel(right, panel, panels, depth)
        let column = writer.text.value("mul i64 \(panel), \(layout.panelColumns)")
        writer.epilogue.enter(
          pointers: writer.moveEpilogue(streams, column, by: \.columnStride),
          positions: [places.batch] + (layout.isTransposed ? [column, row] : [row, column]))
        writer.writeTile(
          Tile(left: a, right: b, result: target, rows: height, columns: width, depth: depth),
          sums, block: block.index, isFirst: isFirst)
      }
    }
    text.end(block)
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

  /// Writes a body for whole tiles or panels, and again for the last where it is smaller; the body
  /// gets the size of the smaller one, or 0.
  mutating func forEach(
    _ span: Span, whole count: Int, rest: Int,
    _ body: (inout ProductWriter, _ number: String, _ rest: Int) -> Void
  ) {
    let wholeCount = rest == 0 ? count : count - 1
    if wholeCount > 0 {
      let to = rest == 0 ? span.to : text.smaller(span.to, String(wholeCount))
      let guarded = text.beginIf(text.value("icmp ult i64 \(span.from), \(to)"))
      let loop = text.beginLoop(from: span.from, to: to)
      body(&self, loop.index, 0)
      text.end(loop)
      text.end(guarded)
    }
    if rest > 0 {
      let guarded = text.beginIf(span.hasLast)
      body(&self, String(count - 1), rest)
      text.end(guarded)
    }
  }
}
