import AdjointCore

// Where the matrices of a batch lie.
extension Contraction {
  /// The number of matrices in the batch.
  package var batch: Int { batchExtents.contains(0) ? 0 : batchExtents.reduce(1, *|) }

  /// How the result lies.
  package var resultLayout: Layout {
    if let result { return result }
    var strides: [Int] = []
    // Where there is no matrix at all, any extents may stand beside the zero, and strides mean nothing.
    var stride = rows &* columns
    for extent in batchExtents.reversed() {
      strides.append(stride)
      stride = stride &* extent
    }
    return Layout(batchStrides: strides.reversed(), rowStride: columns, columnStride: 1)
  }

  /// The extents of the batch's axes and of a matrix, each with its stride in a layout.
  package func axes(
    of layout: Layout, rows: Int, columns: Int
  ) -> [(extent: Int, stride: Int)] {
    zip(batchExtents, layout.batchStrides).map { ($0, $1) }
      + [(rows, layout.rowStride), (columns, layout.columnStride)]
  }

  /// Where a matrix of the batch begins, in elements.
  package func start(of matrix: Int, in layout: Layout) -> Int {
    var (rest, start) = (matrix, 0)
    for (extent, stride) in zip(batchExtents, layout.batchStrides).reversed() {
      start += rest % extent * stride
      rest /= extent
    }
    return start
  }

  /// Refuses a layout of the result under which an element is not written or written twice: its axes, from
  /// the smallest stride on, lie one inside the other without gaps.
  package func checkResult() throws(Diagnostic) {
    guard let result else { return }
    guard addendScale == nil, epilogue == nil else {
      throw Diagnostic(
        .invalidPlan, "the result of a contraction with an addend or an epilogue is row-major")
    }
    let axes = axes(of: result, rows: rows, columns: columns)
    if axes.contains(where: { $0.extent == 0 }) { return }
    var reached = 1
    for (extent, stride) in axes.filter({ $0.extent > 1 }).sorted(by: { $0.stride < $1.stride }) {
      let (next, overflow) = reached.multipliedReportingOverflow(by: extent)
      guard stride == reached, !overflow else {
        throw Diagnostic(
          .invalidPlan,
          "the strides of a contraction's result do not reach each of its elements once")
      }
      reached = next
    }
  }
}
