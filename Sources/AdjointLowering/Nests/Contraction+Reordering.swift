import AdjointKernels

// What a contraction is where one of its matrices lies in another order.
extension Contraction {
  /// The product that reads its left operand in the first order of a permutation rather than the second;
  /// nil where no strides do.
  func readingLeft(before permutation: AxisPermutation) -> Contraction? {
    reordered(\.left, rows, inner, permutation) { $0.left = $1 }
  }

  /// The same of its right operand.
  func readingRight(before permutation: AxisPermutation) -> Contraction? {
    reordered(\.right, inner, columns, permutation) { $0.right = $1 }
  }

  /// The product that stores its result in the second order of a permutation rather than the first; nil
  /// where no strides do.
  func storing(after permutation: AxisPermutation) -> Contraction? {
    guard addendScale == nil, epilogue == nil else { return nil }
    return reordered(\.resultLayout, rows, columns, permutation.inverse) { $0.result = $1 }
  }

  private func reordered(
    _ side: KeyPath<Contraction, Layout>, _ rows: Int, _ columns: Int,
    _ permutation: AxisPermutation, _ set: (inout Contraction, Layout) -> Void
  ) -> Contraction? {
    let layout = self[keyPath: side]
    let batch = zip(batchExtents, layout.batchStrides).map {
      AxisPermutation.Part(extent: $0.0, stride: $0.1)
    }
    let matrix = [
      AxisPermutation.Part(extent: rows, stride: layout.rowStride),
      AxisPermutation.Part(extent: columns, stride: layout.columnStride),
    ]
    guard let parts = permutation.parts(of: batch + matrix),
      parts.suffix(2).allSatisfy({ $0.count == 1 })
    else { return nil }
    let row = rows > 1 ? parts[batch.count][0].stride : max(columns, 1)
    let column = columns > 1 ? parts[batch.count + 1][0].stride : 1
    guard rows <= 1 || columns <= 1 || row == 1 || column == 1 else { return nil }
    var product = self
    product.splitBatch(into: parts.dropLast(2).map { $0.map(\.extent) })
    set(
      &product,
      Layout(
        batchStrides: parts.dropLast(2).flatMap { $0.map(\.stride) }, rowStride: row,
        columnStride: column))
    product.joinBatch()
    return product
  }

  /// Makes several axes of each axis of the batch.
  private mutating func splitBatch(into extents: [[Int]]) {
    func split(_ layout: Layout) -> Layout {
      var strides: [Int] = []
      for (extents, stride) in zip(extents, layout.batchStrides) {
        var stride = stride
        var own: [Int] = []
        for extent in extents.reversed() {
          own.append(stride)
          stride *= extent
        }
        strides += own.reversed()
      }
      var layout = layout
      layout.batchStrides = strides
      return layout
    }
    left = split(left)
    right = split(right)
    result = result.map(split)
    batchExtents = extents.flatMap(\.self)
  }

  /// Makes one axis of neighbours in the batch that no layout tells apart, and drops those of one matrix.
  private mutating func joinBatch() {
    let layouts = [left, right, resultLayout].map(\.batchStrides)
    var kept: [Int] = []
    var extents: [Int] = []
    for axis in batchExtents.indices.reversed() where batchExtents[axis] != 1 {
      if let inner = kept.last, let extent = extents.last,
        layouts.allSatisfy({ $0[axis] == $0[inner] * extent })
      {
        extents[extents.count - 1] *= batchExtents[axis]
      } else {
        kept.append(axis)
        extents.append(batchExtents[axis])
      }
    }
    func joined(_ layout: Layout) -> Layout {
      var layout = layout
      layout.batchStrides = kept.isEmpty ? [0] : kept.reversed().map { layout.batchStrides[$0] }
      return layout
    }
    left = joined(left)
    right = joined(right)
    batchExtents = kept.isEmpty ? [1] : extents.reversed()
    guard let stored = result else { return }
    result = nil
    let plain = kept.isEmpty ? joined(resultLayout) : resultLayout
    let own = joined(stored)
    if own != plain { result = own }
  }
}
