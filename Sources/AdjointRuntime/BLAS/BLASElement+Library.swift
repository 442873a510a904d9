#if BLAS || SystemLibraries
  #if canImport(Darwin)
    import CAccelerate
  #else
    import CBLAS
  #endif

  // With β = 0 some libraries still multiply what the result held, which may be NaN: products with a vector add
  // to zeros instead.
  extension BLASElement {
    fileprivate static func clear(_ y: UnsafeMutablePointer<Self>, _ count: CInt, stride: CInt) {
      for place in 0..<Int(count) { y[place * Int(stride)] = 0 }
    }
  }

  extension CompiledContraction.MatrixOrder {
    fileprivate var flag: CBLAS_TRANSPOSE { isTransposed ? CblasTrans : CblasNoTrans }
  }

  extension Float: BLASElement {
    static func matrixMatrix(
      _ blas: BLASLibrary, _ left: CompiledContraction.MatrixOrder,
      _ right: CompiledContraction.MatrixOrder, rows: CInt,
      columns: CInt, inner: CInt, alpha: Float, _ a: UnsafePointer<Float>,
      _ b: UnsafePointer<Float>, beta: Float, _ c: UnsafeMutablePointer<Float>, pitch: CInt
    ) {
      blas.singleMatrixMatrix(
        CblasRowMajor, left.flag, right.flag, rows, columns, inner, alpha, a, left.leadingDimension,
        b,
        right.leadingDimension, beta, c, pitch)
    }

    static func matrixVector(
      _ blas: BLASLibrary, _ order: CompiledContraction.MatrixOrder, rows: CInt, columns: CInt,
      transposing: Bool,
      alpha: Float, _ a: UnsafePointer<Float>, _ x: UnsafePointer<Float>, stride: CInt, beta: Float,
      _ y: UnsafeMutablePointer<Float>, resultStride: CInt
    ) {
      if beta == 0 { clear(y, transposing ? columns : rows, stride: resultStride) }
      let (m, n) = order.isTransposed ? (columns, rows) : (rows, columns)
      blas.singleMatrixVector(
        CblasRowMajor, order.isTransposed == transposing ? CblasNoTrans : CblasTrans, m, n, alpha,
        a,
        order.leadingDimension, x, stride, beta == 0 ? 1 : beta, y, resultStride)
    }
  }

  extension Double: BLASElement {
    static func matrixMatrix(
      _ blas: BLASLibrary, _ left: CompiledContraction.MatrixOrder,
      _ right: CompiledContraction.MatrixOrder, rows: CInt,
      columns: CInt, inner: CInt, alpha: Double, _ a: UnsafePointer<Double>,
      _ b: UnsafePointer<Double>, beta: Double, _ c: UnsafeMutablePointer<Double>, pitch: CInt
    ) {
      blas.doubleMatrixMatrix(
        CblasRowMajor, left.flag, right.flag, rows, columns, inner, alpha, a, left.leadingDimension,
        b,
        right.leadingDimension, beta, c, pitch)
    }

    static func matrixVector(
      _ blas: BLASLibrary, _ order: CompiledContraction.MatrixOrder, rows: CInt, columns: CInt,
      transposing: Bool,
      alpha: Double, _ a: UnsafePointer<Double>, _ x: UnsafePointer<Double>, stride: CInt,
      beta: Double,
      _ y: UnsafeMutablePointer<Double>, resultStride: CInt
    ) {
      if beta == 0 { clear(y, transposing ? columns : rows, stride: resultStride) }
      let (m, n) = order.isTransposed ? (columns, rows) : (rows, columns)
      blas.doubleMatrixVector(
        CblasRowMajor, order.isTransposed == transposing ? CblasNoTrans : CblasTrans, m, n, alpha,
        a,
        order.leadingDimension, x, stride, beta == 0 ? 1 : beta, y, resultStride)
    }
  }
#endif
