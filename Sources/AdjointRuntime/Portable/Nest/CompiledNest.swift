import AdjointCore
import AdjointKernels

/// A piece of a loop nest, ready to run: loops over tiles and what is done in each.
///
/// Loops are numbered kept axes first, reduced axes after them, each outermost first.
final class CompiledNest: Sendable {
  /// A pointer into a buffer that moves with the loops.
  struct Pointer: Sendable {
    var isResult: Bool
    var buffer: Int
    var byteOffset: Int
  }

  struct Loop: Sendable {
    /// The number of tiles along the axis.
    var count: Int
    /// The points from one tile to the next.
    var points: Int
  }

  /// The extents of the tiles: all but the last along an axis are whole.
  struct TileExtents: Sendable {
    var rows = 1
    var columns = 1
    var lastRows = 1
    var lastColumns = 1
    /// The loops over the rows and the columns, where there are any.
    var rowLoop: Int?
    var columnLoop: Int?
  }

  /// The first slots, inputs before outputs; registers follow.
  let pointers: Table<Pointer>
  let loops: Table<Loop>
  /// How many bytes each pointer moves at a step of each loop: `[loop * pointers.count + pointer]`.
  let advances: Table<Int>
  /// The places of the registers in the scratch memory.
  let registers: Table<Int>
  /// Instructions done once a range of items, once a tile, and at the points of a tile.
  let setup: Table<BlockInstruction>
  let once: Table<BlockInstruction>
  let body: Table<BlockInstruction>
  let stores: Table<BlockStore>
  let reductions: Table<BlockReduction>
  let tile: TileExtents
  let keptLoops: Int
  /// Tiles of the kept loops and, for each, of the reduced loops.
  let keptTiles: Int
  let reducedTiles: Int
  /// The parts in which the reduced tiles are done; it depends on the shape alone, so that results do
  /// not depend on the number of threads.
  let partsPerTile: Int
  /// Where in the scratch memory the pointers and positions are.
  let slotsOffset: Int
  let positionsOffset: Int
  /// Where halves are reduced.
  let reductionOffset: Int
  let scratchByteCount: Int
  /// The bytes of the accumulators of one part.
  let partByteCount: Int
  /// What there is to do in a run.
  let cost: KernelCost

  init(_ draft: NestDraft) {
    pointers = Table(draft.pointers)
    loops = Table(draft.loops)
    advances = Table(draft.advances)
    registers = Table(draft.registers)
    setup = Table(draft.setup)
    once = Table(draft.once)
    body = Table(draft.body)
    stores = Table(draft.stores)
    reductions = Table(draft.reductions)
    tile = draft.tile
    keptLoops = draft.keptLoops
    keptTiles = draft.loops.prefix(draft.keptLoops).reduce(1) { $0 * $1.count }
    reducedTiles = draft.loops.dropFirst(draft.keptLoops).reduce(1) { $0 * $1.count }
    slotsOffset = draft.slotsOffset
    positionsOffset = draft.positionsOffset
    reductionOffset = draft.reductionOffset
    scratchByteCount = draft.scratchByteCount
    partByteCount = draft.partByteCount
    cost = draft.cost
    partsPerTile = Self.parts(keptTiles: keptTiles, reducedTiles: reducedTiles, draft)
  }

  /// The items of work: parts of tiles of the kept loops.
  var itemCount: Int { keptTiles * partsPerTile }
  /// The memory in which parts leave their accumulators until they are put together.
  var partialByteCount: Int { partsPerTile > 1 ? itemCount * partByteCount : 0 }

  /// The bytes in which parts leave their accumulators: little beside what a core's cache holds.
  private static let mostPartialBytes = 1 << 16

  /// A reduce into few elements is done in parts, so that threads can share it.
  private static func parts(keptTiles: Int, reducedTiles: Int, _ draft: NestDraft) -> Int {
    guard !draft.reductions.isEmpty, keptTiles < 8, reducedTiles >= 32 else { return 1 }
    let most = mostPartialBytes / max(1, keptTiles *| draft.partByteCount)
    return max(1, min(reducedTiles / 16, most))
  }
}
