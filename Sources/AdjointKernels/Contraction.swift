import AdjointCore

/// A batch of matrix products: `result[b] = scale · left[b] · right[b]`, plus `addendScale` times a third
/// operand where there is one; then what an epilogue makes of each element.
///
/// The result is row-major, `batch × rows × columns`. Each operand is read in place through strides
/// in elements; of the two strides of a matrix at least one is 1, or its extent is at most 1.
package struct Contraction: Hashable, Sendable {
  /// How a batch of matrices lies in a buffer.
  package struct Layout: Hashable, Sendable {
    /// From one matrix of the batch to the next.
    package var batchStride: Int
    /// From one row to the next.
    package var rowStride: Int
    /// From one column to the next.
    package var columnStride: Int

    package init(batchStride: Int, rowStride: Int, columnStride: Int) {
      self.batchStride = batchStride
      self.rowStride = rowStride
      self.columnStride = columnStride
    }
  }

  /// `f32` or `f64`.
  package var scalarType: ScalarType
  package var batch: Int
  package var rows: Int
  package var columns: Int
  /// The extent summed over.
  package var inner: Int
  /// `rows × inner` matrices.
  package var left: Layout
  /// `inner × columns` matrices.
  package var right: Layout
  /// What the products are multiplied by.
  package var scale = 1.0
  /// What the third operand, which has the elements of the result in the same order, is multiplied by
  /// before it is added; nil where there is none.
  package var addendScale: Double?
  /// What is made of each element while it is at hand: a nest over `[batch, rows, columns]` that reads
  /// the product, so far scaled and added to, as `productOperand` and everything else as operands of
  /// the kernel, and stores its results at the point; nil where the product is the result.
  package var epilogue: LoopNest?

  package init(
    _ scalarType: ScalarType, batch: Int, rows: Int, columns: Int, inner: Int, left: Layout,
    right: Layout
  ) {
    self.scalarType = scalarType
    self.batch = batch
    self.rows = rows
    self.columns = columns
    self.inner = inner
    self.left = left
    self.right = right
  }
}
