import AdjointCore
import AdjointKernels

/// A compiled nest while it is put together.
struct NestDraft {
  var pointers: [CompiledNest.Pointer] = []
  var loops: [CompiledNest.Loop] = []
  var advances: [Int] = []
  var registers: [Int] = []
  var setup: [BlockInstruction] = []
  var once: [BlockInstruction] = []
  var body: [BlockInstruction] = []
  var stores: [BlockStore] = []
  var reductions: [BlockReduction] = []
  var tile = CompiledNest.TileExtents()
  var keptLoops = 0
  var slotsOffset = 0
  var positionsOffset = 0
  var reductionOffset = 0
  var scratchByteCount = 0
  var partByteCount = 0
  /// What there is to do, as if in vectors but for how much longer loops over blocks take.
  let cost: KernelCost

  /// How many times as long as vectors the portable loops take, as measured with elementary instructions.
  private static let slowness = 6.0

  /// The loop of each axis of the nest.
  private(set) var loopOfAxis: PerAxis<Int> = []

  /// Lays out the loops of a tiled nest and how its pointers move.
  init(_ nest: StridedNest, _ tiling: Tiling, reduced: Set<AxisNumber>) {
    cost = KernelCost(
      multiplyAdds: Self.slowness * nest.cost.multiplyAdds, byteCount: nest.cost.byteCount)
    layLoops(nest, tiling, reduced)
    for access in nest.accesses {
      pointers.append(
        CompiledNest.Pointer(
          isResult: access.isResult, buffer: access.buffer,
          byteOffset: access.offset * access.scalarType.byteCount))
    }
    advances = Array(repeating: 0, count: loops.count * pointers.count)
    for (axis, loop) in loopOfAxis.numbered {
      for (pointer, access) in nest.accesses.enumerated() {
        advances[loop * pointers.count + pointer] =
          access.strides[axis] * loops[loop].points * access.scalarType.byteCount
      }
    }
  }

  private mutating func layLoops(_ nest: StridedNest, _ tiling: Tiling, _ reduced: Set<AxisNumber>)
  {
    loopOfAxis = PerAxis(repeating: 0, count: nest.extents.count)
    for reduces in [false, true] {
      let axes = nest.extents.indices.filter { reduced.contains($0) == reduces }
      let outer = axes.filter { $0 != tiling.row && $0 != tiling.column }
      let inner = [tiling.row, tiling.column].compactMap { $0 }.filter { axes.contains($0) }
      for axis in outer + inner {
        let points =
          axis == tiling.row ? tiling.rows : axis == tiling.column ? tiling.columns : 1
        let extent = nest.extents[axis]
        loopOfAxis[axis] = loops.count
        loops.append(.init(count: (extent + points - 1) / points, points: points))
      }
      if !reduces { keptLoops = loops.count }
    }
    if let column = tiling.column {
      tile.columns = tiling.columns
      tile.lastColumns = (nest.extents[column] - 1) % tiling.columns + 1
      tile.columnLoop = loopOfAxis[column]
    }
    if let row = tiling.row {
      tile.rows = tiling.rows
      tile.lastRows = (nest.extents[row] - 1) % tiling.rows + 1
      tile.rowLoop = loopOfAxis[row]
    }
  }

  // MARK: Scratch memory

  /// Reserves scratch memory and returns its place; a vector starts at a cache line.
  mutating func reserve(_ byteCount: Int, alignment: Int = 64) -> Int {
    let place = (scratchByteCount + alignment - 1) / alignment * alignment
    scratchByteCount = place + byteCount
    return place
  }

  /// A new register as a slot: for one scalar, or for one element at each point.
  mutating func addRegister(points: Int, size: Int, isVector: Bool) -> Int {
    registers.append(isVector ? reserve(points * size) : reserve(8, alignment: 8))
    return pointers.count + registers.count - 1
  }
}
