import AdjointCore

/// The shape of a gather or of a scatter along one axis: the indexed operand seen as
/// `outer × extent × inner`, the other as `outer × count × inner`.
///
/// An index outside `0..<extent` (negative ones included) reads NaN, 0 for whole numbers, false for truth
/// values, and writes nothing, so that both kernels are total and each is the other's transpose.
package struct IndexedCopy: Hashable, Sendable {
  package var scalarType: ScalarType
  /// `i32`, `i64` or `u8`.
  package var indexType: ScalarType
  package var outer: Int
  /// The extent of the axis that the indices choose from.
  package var extent: Int
  package var inner: Int
  /// The number of indices.
  package var count: Int

  package init(
    _ scalarType: ScalarType, indexType: ScalarType, outer: Int, extent: Int, inner: Int, count: Int
  ) {
    self.scalarType = scalarType
    self.indexType = indexType
    self.outer = outer
    self.extent = extent
    self.inner = inner
    self.count = count
  }
}
