import AdjointCore

/// A batch of matrix products: `result[b] = scale · left[b] · right[b]`, plus `addendScale` times a third
/// operand where there is one; then what an epilogue makes of each element.
///
/// The batch has any number of axes. Each operand is read in place through strides in elements, and the
/// result, which is row-major, `batch × rows × columns`, unless it says otherwise, is stored through them;
/// of the two strides of a matrix at least one is 1, or its extent is at most 1.
package struct Contraction: Hashable, Sendable {
  /// How a batch of matrices lies in a buffer.
  package struct Layout: Hashable, Sendable {
    /// From one matrix to the next along each axis of the batch.
    package var batchStrides: [Int]
    /// From one row to the next.
    package var rowStride: Int
    /// From one column to the next.
    package var columnStride: Int

    package init(batchStrides: [Int], rowStride: Int, columnStride: Int) {
      self.batchStrides = batchStrides
      self.rowStride = rowStride
      self.columnStride = columnStride
    }

    /// A layout whose batch has one axis.
    package init(batchStride: Int, rowStride: Int, columnStride: Int) {
      self.init(batchStrides: [batchStride], rowStride: rowStride, columnStride: columnStride)
    }
  }

  /// `f32` or `f64`.
  package var scalarType: ScalarType
  /// The extents of the batch's axes, outermost first.
  package var batchExtents: [Int]
  package var rows: Int
  package var columns: Int
  /// The extent summed over.
  package var inner: Int
  /// `rows × inner` matrices.
  package var left: Layout
  /// `inner × columns` matrices.
  package var right: Layout
  /// How the result lies, all of which it makes up; nil where it is row-major, as it is where there is an
  /// addend or an epilogue.
  package var result: Layout?
  /// What the sums of products are multiplied by: a normal number of the scalar type.
  package var scale = 1.0
  /// What the third operand, which has the elements of the result in the same order, is multiplied by
  /// before it is added, a normal number of the scalar type; nil where there is none.
  package var addendScale: Double?
  /// What is made of each element while it is at hand: a nest over `[batch, rows, columns]` that reads
  /// the product, so far scaled and added to, and everything else as operands of the kernel, and stores
  /// its results at the point; nil where the product is the result.
  package var epilogue: LoopNest?

  package init(
    _ scalarType: ScalarType, batch: Int, rows: Int, columns: Int, inner: Int, left: Layout,
    right: Layout
  ) {
    self.scalarType = scalarType
    batchExtents = [batch]
    self.rows = rows
    self.columns = columns
    self.inner = inner
    self.left = left
    self.right = right
  }
}

// What is scaled, and by what.
extension Contraction {
  /// Whether every back end scales the sums.
  ///
  /// In a product with a vector BLAS multiplies the vector first, which may overflow or underflow where the
  /// sums do not: such a product is not scaled, but what follows it.
  package var scalesSums: Bool { rows > 1 && columns > 1 }

  /// Refuses scales that a library, or arithmetic in the scalar type, would take for other numbers: 0 means
  /// there that something is not read, though it may be NaN.
  package func checkScales() throws(Diagnostic) {
    for scale in [scale, addendScale ?? 1] where !scalarType.isNormal(scale) {
      throw Diagnostic(
        .invalidPlan,
        "a contraction is scaled by \(scale), which is no normal number of \(scalarType.rawValue)")
    }
  }
}
