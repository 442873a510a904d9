/// Products of matrices in loops of this package, for where it is built without a BLAS.
///
/// What is computed is what BLAS defines. Each element of a result is summed by itself and in one order, so
/// panels of rows or columns give the bits of the whole.
package enum LoopProducts {
  /// A matrix in memory.
  package struct Operand<E: BinaryFloatingPoint> {
    let base: UnsafePointer<E>
    let rowStride: Int
    let columnStride: Int

    /// - Parameter isTransposed: Whether columns lie along memory, and not rows.
    package init(_ base: UnsafePointer<E>, pitch: Int, isTransposed: Bool) {
      self.base = base
      (rowStride, columnStride) = isTransposed ? (1, pitch) : (pitch, 1)
    }

    fileprivate func row(_ row: Int) -> UnsafePointer<E> { base + row * rowStride }
  }

  /// c = α · a · b + β · c; what c holds is not read where β is 0.
  package static func matrixMatrix<E: BinaryFloatingPoint>(
    rows: Int, columns: Int, inner: Int, alpha: E, _ a: Operand<E>, _ b: Operand<E>, beta: E,
    _ c: UnsafeMutablePointer<E>, pitch: Int
  ) {
    for row in 0..<rows {
      let (factors, target) = (a.row(row), c + row * pitch)
      scale(target, columns, stride: 1, by: beta)
      // Along memory: rows of b are added, or products with its columns are.
      if b.columnStride == 1 {
        for step in 0..<inner {
          add(b.row(step), columns, times: alpha * factors[step * a.columnStride], to: target)
        }
      } else {
        for column in 0..<columns {
          target[column] +=
            alpha
            * sum(
              factors, stride: a.columnStride, b.base + column * b.columnStride,
              stride: b.rowStride, inner)
        }
      }
    }
  }

  /// y = α · a · x + β · y; what y holds is not read where β is 0.
  package static func matrixVector<E: BinaryFloatingPoint>(
    rows: Int, columns: Int, alpha: E, _ a: Operand<E>, _ x: UnsafePointer<E>, stride: Int, beta: E,
    _ y: UnsafeMutablePointer<E>, resultStride: Int
  ) {
    scale(y, rows, stride: resultStride, by: beta)
    if a.rowStride == 1, resultStride == 1 {
      for step in 0..<columns {
        add(a.base + step * a.columnStride, rows, times: alpha * x[step * stride], to: y)
      }
    } else {
      for row in 0..<rows {
        y[row * resultStride] +=
          alpha * sum(a.row(row), stride: a.columnStride, x, stride: stride, columns)
      }
    }
  }

  private static func scale<E: BinaryFloatingPoint>(
    _ y: UnsafeMutablePointer<E>, _ count: Int, stride: Int, by factor: E
  ) {
    if factor == 1 { return }
    for place in 0..<count {
      y[place * stride] = factor == 0 ? 0 : factor * y[place * stride]
    }
  }

  private static func add<E: BinaryFloatingPoint>(
    _ x: UnsafePointer<E>, _ count: Int, times factor: E, to y: UnsafeMutablePointer<E>
  ) {
    for place in 0..<count { y[place] += factor * x[place] }
  }

  private static func sum<E: BinaryFloatingPoint>(
    _ x: UnsafePointer<E>, stride: Int, _ y: UnsafePointer<E>, stride yStride: Int, _ count: Int
  ) -> E {
    var total: E = 0
    for place in 0..<count { total += x[place * stride] * y[place * yStride] }
    return total
  }
}
