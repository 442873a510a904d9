#if !(BLAS || SystemLibraries)
  extension Float: BLASElement {}
  extension Double: BLASElement {}

  extension BLASElement {
    static func matrixMatrix(
      _ blas: BLASLibrary, _ left: CompiledContraction.MatrixOrder,
      _ right: CompiledContraction.MatrixOrder, rows: CInt,
      columns: CInt, inner: CInt, alpha: Self, _ a: UnsafePointer<Self>, _ b: UnsafePointer<Self>,
      beta: Self, _ c: UnsafeMutablePointer<Self>, pitch: CInt
    ) {
      LoopProducts.matrixMatrix(
        rows: Int(rows), columns: Int(columns), inner: Int(inner), alpha: alpha, left.operand(a),
        right.operand(b), beta: beta, c, pitch: Int(pitch))
    }

    static func matrixVector(
      _ blas: BLASLibrary, _ order: CompiledContraction.MatrixOrder, rows: CInt, columns: CInt,
      transposing: Bool,
      alpha: Self, _ a: UnsafePointer<Self>, _ x: UnsafePointer<Self>, stride: CInt, beta: Self,
      _ y: UnsafeMutablePointer<Self>, resultStride: CInt
    ) {
      let (results, terms) = transposing ? (columns, rows) : (rows, columns)
      let matrix = LoopProducts.Operand(
        a, pitch: Int(order.leadingDimension), isTransposed: order.isTransposed != transposing)
      LoopProducts.matrixVector(
        rows: Int(results), columns: Int(terms), alpha: alpha, matrix, x, stride: Int(stride),
        beta: beta, y, resultStride: Int(resultStride))
    }
  }

  extension CompiledContraction.MatrixOrder {
    fileprivate func operand<E>(_ base: UnsafePointer<E>) -> LoopProducts.Operand<E> {
      LoopProducts.Operand(base, pitch: Int(leadingDimension), isTransposed: isTransposed)
    }
  }
#endif
