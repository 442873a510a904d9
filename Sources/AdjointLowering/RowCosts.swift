import AdjointKernels

/// What it costs to do nests row by row, and when that pays.
struct RowCosts {
  /// The bytes of the cache in which a row has to stay.
  var cacheByteCount: Int

  /// Less than this, in bytes, is in the nearest cache in any case: what is saved is the launch.
  private static let small = 1 << 15
  /// With fewer rows than this threads could not share a large group evenly.
  private static let fewestRows = 16
  /// With fewer points to a row than this, the loops inside cost more than what they do.
  private static let fewestPoints = 8

  /// Why stages are not done row by row; nil where they are.
  func refusal(_ stages: [FusionGroup.Stage], rows: Int) -> RowLedger.Reason? {
    let points = stages.map { $0.nest.pointCount / max(rows, 1) }
    let rowBytes = stages.reduce(0) { max($0, $1.rowByteCount) }
    let bytes = rows * rowBytes
    let most = points.max() ?? 0
    if bytes > Self.small, rows < Self.fewestRows { return .fewRows(rows, byteCount: bytes) }
    if rows > 1, most < Self.fewestPoints { return .shortRow(points: most) }
    if 2 * rowBytes > cacheByteCount {
      return .largeRow(byteCount: rowBytes, cacheByteCount: cacheByteCount)
    }
    return nil
  }
}
