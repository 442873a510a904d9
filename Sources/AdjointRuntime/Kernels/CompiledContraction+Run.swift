import AdjointCore
import AdjointKernels
import CBLAS

extension CompiledContraction {
  func run(
    left: UnsafeRawPointer, right: UnsafeRawPointer, result: UnsafeMutableRawPointer, threads: Int
  ) {
    guard product.batch > 0, product.rows > 0, product.columns > 0 else { return }
    if case .matrixMatrix = method { BLASLibrary.useThreads(isShared ? threads : 1) }
    if case .matrixVector = method { BLASLibrary.useThreads(1) }
    if case .vectorMatrix = method { BLASLibrary.useThreads(1) }
    if product.scalarType == .f32 {
      runBatch(Float.self, left, right, result)
    } else {
      runBatch(Double.self, left, right, result)
    }
  }

  private func runBatch<E: BLASElement>(
    _ type: E.Type, _ left: UnsafeRawPointer, _ right: UnsafeRawPointer,
    _ result: UnsafeMutableRawPointer
  ) {
    let a = left.assumingMemoryBound(to: E.self)
    let b = right.assumingMemoryBound(to: E.self)
    let c = result.assumingMemoryBound(to: E.self)
    let resultStride = product.rows * product.columns
    for matrix in 0..<product.batch {
      multiply(
        a + matrix * product.left.batchStride, b + matrix * product.right.batchStride,
        c + matrix * resultStride)
    }
  }

  private func multiply<E: BLASElement>(
    _ a: UnsafePointer<E>, _ b: UnsafePointer<E>, _ c: UnsafeMutablePointer<E>
  ) {
    let (rows, columns, inner) = (product.rows, product.columns, product.inner)
    switch method {
    case .zero: c.update(repeating: 0, count: rows * columns)
    case .loops: multiplyInLoops(a, b, c)
    case .matrixMatrix(let left, let right):
      E.matrixMatrix(
        left, right, rows: CInt(rows), columns: CInt(columns), inner: CInt(inner), a, b, c)
    case .matrixVector(let left, let stride):
      E.matrixVector(
        left, rows: CInt(rows), columns: CInt(inner), transposing: false, a, b, stride: stride, c)
    case .vectorMatrix(let right, let stride):
      E.matrixVector(
        right, rows: CInt(inner), columns: CInt(columns), transposing: true, b, a, stride: stride,
        c)
    }
  }

  private func multiplyInLoops<E: BLASElement>(
    _ a: UnsafePointer<E>, _ b: UnsafePointer<E>, _ c: UnsafeMutablePointer<E>
  ) {
    let (left, right) = (product.left, product.right)
    for row in 0..<product.rows {
      for column in 0..<product.columns {
        var x = a + row * left.rowStride
        var y = b + column * right.columnStride
        var sum: E = 0
        for _ in 0..<product.inner {
          sum += x.pointee * y.pointee
          x += left.columnStride
          y += right.rowStride
        }
        c[row * product.columns + column] = sum
      }
    }
  }
}

/// The element types of BLAS.
protocol BLASElement: BlockFloat {
  /// c = a · b
  static func matrixMatrix(
    _ left: CompiledContraction.MatrixOrder, _ right: CompiledContraction.MatrixOrder, rows: CInt,
    columns: CInt, inner: CInt, _ a: UnsafePointer<Self>, _ b: UnsafePointer<Self>,
    _ c: UnsafeMutablePointer<Self>)

  /// y = a · x, or aᵀ · x
  static func matrixVector(
    _ order: CompiledContraction.MatrixOrder, rows: CInt, columns: CInt, transposing: Bool,
    _ a: UnsafePointer<Self>, _ x: UnsafePointer<Self>, stride: CInt,
    _ y: UnsafeMutablePointer<Self>)
}

extension CompiledContraction.MatrixOrder {
  fileprivate var flag: CBLAS_TRANSPOSE { isTransposed ? CblasTrans : CblasNoTrans }
}

// With β = 0 some libraries still multiply what the result held, which may be NaN: products with a
// vector add to zeros instead.
extension Float: BLASElement {
  static func matrixMatrix(
    _ left: CompiledContraction.MatrixOrder, _ right: CompiledContraction.MatrixOrder, rows: CInt,
    columns: CInt, inner: CInt, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    _ c: UnsafeMutablePointer<Float>
  ) {
    cblas_sgemm(
      CblasRowMajor, left.flag, right.flag, rows, columns, inner, 1, a, left.leadingDimension, b,
      right.leadingDimension, 0, c, columns)
  }

  static func matrixVector(
    _ order: CompiledContraction.MatrixOrder, rows: CInt, columns: CInt, transposing: Bool,
    _ a: UnsafePointer<Float>, _ x: UnsafePointer<Float>, stride: CInt,
    _ y: UnsafeMutablePointer<Float>
  ) {
    y.update(repeating: 0, count: Int(transposing ? columns : rows))
    let (m, n) = order.isTransposed ? (columns, rows) : (rows, columns)
    cblas_sgemv(
      CblasRowMajor, order.isTransposed == transposing ? CblasNoTrans : CblasTrans, m, n, 1, a,
      order.leadingDimension, x, stride, 1, y, 1)
  }
}

extension Double: BLASElement {
  static func matrixMatrix(
    _ left: CompiledContraction.MatrixOrder, _ right: CompiledContraction.MatrixOrder, rows: CInt,
    columns: CInt, inner: CInt, _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>,
    _ c: UnsafeMutablePointer<Double>
  ) {
    cblas_dgemm(
      CblasRowMajor, left.flag, right.flag, rows, columns, inner, 1, a, left.leadingDimension, b,
      right.leadingDimension, 0, c, columns)
  }

  static func matrixVector(
    _ order: CompiledContraction.MatrixOrder, rows: CInt, columns: CInt, transposing: Bool,
    _ a: UnsafePointer<Double>, _ x: UnsafePointer<Double>, stride: CInt,
    _ y: UnsafeMutablePointer<Double>
  ) {
    y.update(repeating: 0, count: Int(transposing ? columns : rows))
    let (m, n) = order.isTransposed ? (columns, rows) : (rows, columns)
    cblas_dgemv(
      CblasRowMajor, order.isTransposed == transposing ? CblasNoTrans : CblasTrans, m, n, 1, a,
      order.leadingDimension, x, stride, 1, y, 1)
  }
}
