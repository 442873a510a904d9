import AdjointCore
import AdjointGraph

/// Data that each position of some leading axes has indices of its own for, as the rows of one table.
///
/// With the extents B of the batch, P before the axis, E of the axis and Q behind it, the table is
/// `[B·P·E, Q]`, and the index j at (b, p) is the row `(b·P + p)·E + j`. An index that the axis does not
/// have is none of the table either.
struct IndexedTable {
  /// The shape of the table.
  let shape: Shape
  /// The shape of as many rows as there are indices.
  let updateShape: Shape
  private let batch: Int
  private let before: Int
  private let extent: Int
  private let count: Int
  private let indexType: ScalarType

  init(_ data: TensorType, at indices: TensorType, axis: Int, batch: Int) throws(Diagnostic) {
    let extents = try data.boundExtents()
    self.batch = extents[..<batch].reduce(1, *)
    before = extents[batch..<axis].reduce(1, *)
    extent = extents[axis]
    count = try indices.boundExtents()[batch...].reduce(1, *)
    let rows = self.batch * before * extent
    let inner = extents[(axis + 1)...].reduce(1, *)
    shape = Shape(extents: [rows, inner])
    updateShape = Shape(extents: [self.batch * before * count, inner])
    // Rows need not fit into the type of the indices.
    let largest = Swift.max(rows, before, extent)
    indexType = indices.scalarType == .i64 || largest > Int(Int32.max) ? .i64 : .i32
  }

  /// The rows that indices name, and −1 for those that are outside.
  func places(of indices: Value) -> Value {
    let builder = indices.builder
    let apart = indices.cast(to: indexType).reshaped(to: Shape(extents: [batch, 1, count]))
    let blocks =
      builder.iota(indexType, [batch, before, 1], axis: 0) * before
      + builder.iota(indexType, [batch, before, 1], axis: 1)
    let isInside = (apart .>= 0) .& (apart .< extent)
    let places = select(isInside, apart + blocks * extent, -1)
    return places.reshaped(to: Shape(extents: [batch * before * count]))
  }
}

extension AttributeList {
  /// The attributes of an operator that reads or writes by indices.
  static func indexing(axis: Int, batch: Int) -> AttributeList {
    AttributeList(["axis": .integer(axis), "batch": batch == 0 ? nil : .integer(batch)])
  }

  /// The number of axes that operands share, 0 where it is left out.
  func batchCount() throws(Diagnostic) -> Int {
    self["batch"] == nil ? 0 : try integer("batch")
  }
}

extension TensorType {
  /// Refuses indices that do not share the first axes, of which the indexed axis is none.
  func expectBatch(
    of count: Int, sharedWith indices: TensorType, before axis: Int
  ) throws(Diagnostic) {
    guard count >= 0, count <= axis else {
      throw Diagnostic(
        .invalidAttribute,
        "batch is a number of axes before the axis \(axis), from 0 to \(axis), not \(count)")
    }
    guard indices.rank >= count,
      shape.dimensions.prefix(count) == indices.shape.dimensions.prefix(count)
    else {
      throw Diagnostic(
        .shapeMismatch,
        "the first \(count) axes of the data \(self) and of the indices \(indices) differ")
    }
  }
}

extension Shape {
  /// The shape with the axes of another one in place of an axis.
  func replacing(_ axis: Int, with other: Shape) -> Shape {
    Shape(Array(dimensions[..<axis]) + other.dimensions + Array(dimensions[(axis + 1)...]))
  }

  /// The shape without its first axes.
  func dropping(_ count: Int) -> Shape { Shape(Array(dimensions.dropFirst(count))) }
}
