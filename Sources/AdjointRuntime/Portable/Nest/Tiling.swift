import AdjointKernels

/// How the points of a nest are cut into tiles: blocks of at most `capacity` points along one axis,
/// the columns, and where that is short along a second, the rows.
struct Tiling {
  /// The axis of the columns; nil for a nest of one point.
  var column: AxisNumber?
  /// The axis of the rows, if there are any.
  var row: AxisNumber?
  /// The most columns and rows of a tile.
  var columns = 1
  var rows = 1
  /// Whether each tile has all columns.
  var isWholeColumn = true
  /// Whether each tile has all rows.
  var isWholeRow = true

  /// Points a tile may have: few enough that the registers of a program stay in the first-level
  /// cache, enough to make the cost of starting an instruction small.
  static let capacity = 1024

  /// The side of a tile in which two accesses run in different directions.
  private static let transposedColumns = 64

  init(_ nest: StridedNest) {
    guard !nest.extents.isEmpty else { return }
    let column = Self.columnAxis(of: nest)
    self.column = column
    let extent = nest.extents[column]
    let others = nest.extents.indices.filter { $0 != column }
    if let across = Self.transposedAxis(of: nest, column: column, among: others) {
      columns = min(extent, Self.transposedColumns)
      take(row: across, nest)
    } else {
      columns = min(extent, Self.capacity)
      if extent <= Self.capacity / 2, let row = Self.rowAxis(of: nest, column: column, others) {
        take(row: row, nest)
      }
    }
    isWholeColumn = columns == extent
  }

  private mutating func take(row axis: AxisNumber, _ nest: StridedNest) {
    row = axis
    rows = min(nest.extents[axis], max(1, Self.capacity / columns))
    isWholeRow = rows == nest.extents[axis]
  }

  /// The axis along which most accesses are contiguous, the innermost of several.
  private static func columnAxis(of nest: StridedNest) -> AxisNumber {
    var best = (axis: nest.extents.startIndex, score: 0)
    for axis in nest.extents.indices {
      var score = 0
      for input in nest.inputs {
        score += input.strides[axis] == 1 ? 4 : input.strides[axis] == 0 ? 1 : 0
      }
      for output in nest.outputs {
        // A reduced output is written once a tile or less: its direction hardly matters.
        let contiguous = output.combiner == nil ? 6 : 1
        let stride = output.access.strides[axis]
        score += stride == 1 ? contiguous : stride == 0 ? 1 : 0
      }
      if score >= best.score { best = (axis, score) }
    }
    return best.axis
  }

  /// An axis along which an access is contiguous that strides along the columns.
  private static func transposedAxis(
    of nest: StridedNest, column: AxisNumber, among others: [AxisNumber]
  ) -> AxisNumber? {
    let stores = nest.outputs.filter { $0.combiner == nil }.map(\.access)
    return others.last { axis in
      (nest.inputs + stores).contains {
        $0.strides[axis].magnitude == 1 && $0.strides[column].magnitude > 1
      }
    }
  }

  /// The axis that continues the columns without a gap for most accesses, the innermost of several.
  private static func rowAxis(
    of nest: StridedNest, column: AxisNumber, _ others: [AxisNumber]
  ) -> AxisNumber? {
    let extent = nest.extents[column]
    var best: (axis: AxisNumber, score: Int)?
    for axis in others {
      let score = nest.accesses.count { $0.strides[axis] == $0.strides[column] * extent }
      if score >= best?.score ?? 0 { best = (axis, score) }
    }
    return best?.axis
  }

  /// How an access looks from inside a tile.
  enum Shape {
    /// One element for all points.
    case scalar
    /// The points of the tile in a row, without gaps.
    case flat
    /// Anything else: gathered into a register, or scattered from one.
    case strided
  }

  func shape(of access: StridedNest.Access) -> Shape {
    guard let column else { return .flat }
    let columnStride = access.strides[column]
    guard let row else { return columnStride == 1 ? .flat : columnStride == 0 ? .scalar : .strided }
    let rowStride = access.strides[row]
    if columnStride == 0, rowStride == 0 { return .scalar }
    if columnStride == 1, isWholeColumn, rowStride == columns { return .flat }
    return .strided
  }

  /// The stride of an access from row to row of a tile.
  func rowStride(of access: StridedNest.Access) -> Int { row.map { access.strides[$0] } ?? 0 }
  /// The stride of an access from column to column of a tile.
  func columnStride(of access: StridedNest.Access) -> Int { column.map { access.strides[$0] } ?? 0 }
}
