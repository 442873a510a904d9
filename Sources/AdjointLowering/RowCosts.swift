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

  /// Whether the last stage may join the others.
  ///
  /// - Parameter shared: the values that it takes from them.
  func allows(_ stages: [FusionGroup.Stage], rows: Int, adding shared: Set<Int>) -> Bool {
    let points = stages.map { $0.nest.pointCount / max(rows, 1) }
    let rowBytes = stages.reduce(0) { max($0, $1.rowByteCount) }
    let bytes = rows * rowBytes
    if bytes > Self.small, rows < Self.fewestRows { return false }
    if rows > 1, points.max() ?? 0 < Self.fewestPoints { return false }
    return 2 * rowBytes <= cacheByteCount
  }
}
