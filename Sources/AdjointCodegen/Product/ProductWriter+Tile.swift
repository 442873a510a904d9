import AdjointCore

/// A tile of the result: sums in registers while the inner dimension passes.
extension ProductWriter {
  struct Tile {
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
          "ptr %left", "i64 %distance", "ptr %right", "i64 %step", "ptr %result", "i64 %stride",
          "i64 %depth",
        ] + (layout.blockCount > 1 ? ["i1 %first", "i1 %last"] : []) + epilogueParameters,
        body.text))
  }

  mutating func callTile(
    _ code: String, left: String, right: String, result: String, _ block: Block,
    epilogue: [String]
  ) {
    let step = byteCount(layout.packs ? layout.panelColumns : layout.right.rowStride)
    text.effect(
      "call void \(code)(ptr \(left), i64 \(byteCount(leftStride)), ptr \(right), i64 \(step),"
        + " ptr \(result), i64 \(byteCount(resultStride)), i64 \(block.depth)"
        + (layout.blockCount > 1 ? ", i1 \(block.isFirst), i1 \(block.isLast)" : "")
        + epilogueArguments(epilogue) + ")")
  }

  /// The stride of the left operand that is not 1.
  private var leftStride: Int {
    isLeftRowMajor ? layout.readLeft.rowStride : layout.readLeft.columnStride
  }

  private var isLeftRowMajor: Bool { layout.readLeft.columnStride == 1 }

  /// The stride of the result that is not 1.
  private var resultStride: Int {
    layout.result.columnStride == 1 ? layout.result.rowStride : layout.result.columnStride
  }

  private mutating func writeTile(_ tile: Tile) {
    let vectors = vectors(of: tile)
    let kept = vectorsInMemory(of: tile)
    let memory = kept == 0 ? "" : text.value("alloca [\(kept) x \(vector.text)]")
    if layout.addendScale != nil || layout.blockCount > 1 { fetchResult(of: tile) }
    let lines = isLeftRowMajor ? rowOffsets(tile.rows) : [:]
    let step = text.beginLoop(
      from: "0", to: "%depth", carrying: tile.rows * vectors, vector.text, start: "zeroinitializer")
    let a =
      isLeftRowMajor ? move("%left", step.index, 1) : moved("%left", step.index, "%distance")
    let distance = text.value("mul i64 \(step.index), %step")
    let b = text.value("getelementptr i8, ptr %right, i64 \(distance)")
    let row = (0..<vectors).map { number in
      read(move(b, number * layout.lanes), lanes(number, of: tile))
    }
    let ahead = moved(b, String(Self.stepsAhead), "%step")
    for number in 0..<vectors { fetch(move(ahead, number * layout.lanes), for: .reading) }
    var sums: [String] = []
    for number in 0..<tile.rows {
      let place = isLeftRowMajor ? offset(a, number, lines) : move(a, number)
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
    if kept == 0 {
      store(tile, sums)
    } else {
      forEachGroupOfLines(of: tile, sums, memory) { $0.write($1) }
    }
    text.effect("ret void")
  }

  /// How many steps ahead of its use a tile asks for the right operand.
  private static let stepsAhead = 8

  /// Asks for what the sums will be added to, which comes while they are computed.
  private mutating func fetchResult(of tile: Tile) {
    let isRowMajor = layout.result.columnStride == 1
    let (lines, elements) = isRowMajor ? (tile.rows, tile.columns) : (tile.columns, tile.rows)
    var place = "%result"
    for line in 0..<lines {
      if line > 0 { place = text.value("getelementptr i8, ptr \(place), i64 %stride") }
      for first in stride(from: 0, to: elements, by: layout.lanes) {
        fetch(move(place, first), for: .writing)
      }
    }
  }

  /// What a cache line is asked for, as LLVM numbers it.
  private enum Purpose: Int {
    case reading = 0
    case writing = 1
  }

  /// Asks for the cache line at a place, which may lie beyond the end of a matrix.
  private mutating func fetch(_ pointer: String, for purpose: Purpose) {
    text.declare("declare void @llvm.prefetch.p0(ptr, i32, i32, i32)")
    text.effect(
      "call void @llvm.prefetch.p0(ptr \(pointer), i32 \(purpose.rawValue), i32 3, i32 1)")
  }

  /// The bytes from the first row of the left operand to the rows of its group, and to the first rows of
  /// the other groups.
  ///
  /// A row is reached by one of either, which takes fewer registers than one for each row.
  private mutating func rowOffsets(_ rows: Int) -> [Int: String] {
    var offsets: [Int: String] = [:]
    for row in 1..<max(rows, 1) where row < Self.groupRows || row.isMultiple(of: Self.groupRows) {
      offsets[row] = text.value("mul i64 %distance, \(row)")
    }
    return offsets
  }

  private static let groupRows = 4

  private mutating func offset(_ pointer: String, _ row: Int, _ offsets: [Int: String]) -> String {
    let rest = row % Self.groupRows
    return [row - rest, rest].compactMap { offsets[$0] }.reduce(pointer) {
      text.value("getelementptr i8, ptr \($0), i64 \($1)")
    }
  }

  /// Stores a tile as it is in registers.
  private mutating func store(_ tile: Tile, _ sums: [String]) {
    let vectors = vectors(of: tile)
    var place = "%result"
    for number in 0..<tile.rows {
      if number > 0 { place = text.value("getelementptr i8, ptr \(place), i64 %stride") }
      for column in 0..<vectors {
        let target = move(place, column * layout.lanes)
        let count = lanes(column, of: tile)
        write(completed(sums[number * vectors + column], target, count), target, count)
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

  func vectors(of tile: Tile) -> Int {
    (tile.columns + layout.lanes - 1) / layout.lanes
  }

  /// The lanes of a vector of a tile that count.
  func lanes(_ number: Int, of tile: Tile) -> Int {
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
  mutating func completed(_ sum: String, _ pointer: String, _ count: Int) -> String {
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

  mutating func write(_ value: String, _ pointer: String, _ count: Int) {
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
