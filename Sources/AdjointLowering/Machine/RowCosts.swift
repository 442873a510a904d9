import AdjointCore
import AdjointKernels

/// What it costs to do nests row by row, and when that pays.
struct RowCosts {
  /// The bytes of the cache in which a row has to stay.
  let cacheByteCount: Int

  init(_ machine: MachineModel.FixedPart) { cacheByteCount = machine.ownByteCount }

  /// Less than this, in bytes, is in the nearest cache in any case: what is saved is the launch.
  private static let small = 1 << 15
  /// With fewer rows than this threads could not share a large group evenly.
  private static let fewestRows = 16
  /// With fewer points to a row than this, the loops inside cost more than what they do.
  private static let fewestPoints = 8

  /// More blocks than this are not looked for.
  private static let mostBlocks = 1 << 14
  /// Less than this, in bytes, is in a cache in any case, and not worth the further kernel that a reduction in
  /// blocks needs.
  private static let smallestShared = 1 << 16

  /// Whether a value is so large that reading it once less is worth something.
  func isWorthSharing(byteCount: Int) -> Bool { byteCount >= Self.smallestShared }

  /// The numbers of blocks in which so many rows could be done for a reduction of all of them, fewest first.
  ///
  /// - Parameters:
  ///   - shared: The bytes that the reduction reads and that the rows read or write as well.
  ///   - kept: The bytes of what is reduced; each block has its own.
  func blockCounts(of rows: Int, sharing shared: Int, keeping kept: Int) -> [Int] {
    guard isWorthSharing(byteCount: shared) else { return [] }
    let most = min(rows, shared / max(1, 4 *| kept))
    guard most >= Self.fewestRows else { return [] }
    return (Self.fewestRows...most).prefix { $0 <= Self.mostBlocks }
      .filter { rows.isMultiple(of: $0) }
  }

  /// Whether rows of so many bytes, of which nothing else is known, can be done in blocks for a reduction of
  /// all of them.
  func makesBlocks(of rows: Int, rowByteCount: Int, keeping kept: Int) -> Bool {
    let bytes = rows *| rowByteCount
    // Half of a block is left for what else there is to a row.
    return blockCounts(of: rows, sharing: bytes, keeping: kept).contains { count in
      16 *| (bytes / count) <= cacheByteCount
    }
  }

  /// Whether a block of rows stays close to its core from one stage to the next.
  func isBlock(_ stages: [FusionGroup.Stage]) -> Bool {
    stages.allSatisfy { 8 *| $0.rowByteCount <= cacheByteCount }
  }

  /// Why stages are not done row by row; nil where they are.
  func refusal(_ stages: [FusionGroup.Stage], rows: Int) -> RowFusionReport.Reason? {
    let points = stages.map { $0.nest.pointCount / max(rows, 1) }
    let rowBytes = stages.reduce(0) { max($0, $1.rowByteCount) }
    let bytes = rows *| rowBytes
    let most = points.max() ?? 0
    if bytes > Self.small, rows < Self.fewestRows { return .fewRows(rows, byteCount: bytes) }
    if rows > 1, most < Self.fewestPoints { return .shortRow(points: most) }
    if 2 *| rowBytes > cacheByteCount {
      return .largeRow(byteCount: rowBytes, cacheByteCount: cacheByteCount)
    }
    return nil
  }
}
