import AdjointCore
import AdjointKernels

/// Writes the code of a fusion group: tiles of rows, in each tile the stages one after another, in each
/// stage its rows.
///
/// The function is that of `GeneratedKernel.Function`; an item is a run of tiles. Locals have room for
/// one tile, in the thread's own memory. With several rows to a tile the reductions of one row overlap with
/// those of the next, which matters where rows are short.
struct GroupWriter {
  private let group: FusionGroup
  private let pieces: [(nest: StridedNest, layout: NestLayout)]
  /// The rows of a tile.
  private let tileRows: Int
  /// The bytes from the start of the thread's memory at which each local begins.
  private let localOffsets: [Int]
  let scratchByteCount: Int
  /// What there is to do in a run.
  let cost: KernelCost
  /// The nanoseconds of a run on one thread, whatever was measured.
  private let nanoseconds: Int
  private(set) var text = FunctionText()

  /// The bytes that the stages touch at a tile, so that it stays in the nearest cache.
  private static let tileByteCount = 1 << 14

  init(_ group: FusionGroup, for machine: MachineModel.FixedPart) {
    self.group = group
    pieces = StridedNest.canonicalPieces(of: group, rowsApart: true).joined().map {
      ($0, NestLayout($0, for: machine))
    }
    cost = pieces.reduce(KernelCost()) { $0 + $1.nest.cost }
    nanoseconds = machine.nanoseconds(of: cost)
    let rowByteCount = group.stages.reduce(1) { max($0, $1.rowByteCount) }
    let tileRows = max(1, min(group.rows, Self.tileByteCount / rowByteCount))
    self.tileRows = tileRows
    var end = 0
    localOffsets = group.locals.map { local in
      defer { end = end +| (local.byteCount / max(1, group.rows) * tileRows + 63) / 64 * 64 }
      return end
    }
    scratchByteCount = end
  }

  private var tileCount: Int { (group.rows + tileRows - 1) / tileRows }

  /// The tiles of an item; like everything here it depends on the group alone, not on threads.
  private var grain: Int {
    let item = MachineModel.FixedPart.itemNanoseconds
    return nanoseconds > 2 * item ? max(1, tileCount *| item / nanoseconds) : max(1, tileCount)
  }

  /// The items of work.
  var itemCount: Int { max(1, (tileCount + grain - 1) / grain) }

  /// The text of the function.
  mutating func function(_ name: String) -> String {
    var bases = BufferBases()
    for local in group.locals.indices {
      bases.set(result: group.resultCount + local, to: "%memory")
    }
    var writers = pieces.map { NestWriter($0.nest, $0.layout) }
    for number in writers.indices { text = writers[number].begin(in: text, &bases) }
    let from = text.value("mul i64 %from, \(grain)")
    let to = text.smaller(text.value("mul i64 %to, \(grain)"), String(tileCount))
    let tile = text.beginLoop(from: from, to: to)
    let first = text.value("mul i64 \(tile.index), \(tileRows)")
    let end = text.smaller(text.value("add i64 \(first), \(tileRows)"), String(group.rows))
    for number in writers.indices {
      let outerPointers = writers[number].pointers
      placeLocals(of: &writers[number], tileBegin: first)
      let row = text.beginLoop(from: first, to: end)
      let extents = Array(pieces[number].nest.extents.prefix(pieces[number].nest.rowAxes))
      let positions = text.positions(of: row.index, in: extents)
      text = writers[number].write(at: positions, in: text)
      text.end(row)
      writers[number].pointers = outerPointers
    }
    text.end(tile)
    text.effect("ret void")
    return NestWriter.signature(name, text)
  }

  /// Has the accesses to locals begin where the tile's first row would be if all rows were there.
  private mutating func placeLocals(of writer: inout NestWriter, tileBegin: String) {
    for (number, access) in writer.nest.accesses.enumerated()
    where access.isResult && access.buffer >= group.resultCount {
      let local = access.buffer - group.resultCount
      let rowByteCount = group.locals[local].byteCount / max(1, group.rows)
      let before = text.value("mul i64 \(tileBegin), \(-rowByteCount)")
      let distance = text.value("add i64 \(before), \(localOffsets[local])")
      writer.pointers[number] = text.value(
        "getelementptr i8, ptr \(writer.pointers[number]), i64 \(distance)")
    }
  }
}

extension NestWriter {
  /// Reserves what the nest needs once, after what another writer has written, and returns all text.
  fileprivate mutating func begin(
    in text: FunctionText, _ bases: inout BufferBases
  ) -> FunctionText {
    self.text = text
    writeBases(&bases)
    for number in nest.outputs.indices { allocate(number) }
    return self.text
  }

  /// Writes what is done at a row after what another writer has written, and returns all text.
  fileprivate mutating func write(at row: [String], in text: FunctionText) -> FunctionText {
    self.text = text
    // What is the same at every point may be what an earlier stage has just written.
    writeSteps(at: .outside)
    writeRow(at: row)
    return self.text
  }
}
