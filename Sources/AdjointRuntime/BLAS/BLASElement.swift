/// The element types of BLAS.
///
/// Of a library where the package is built with one, of `LoopProducts` where it is not.
protocol BLASElement: BlockFloat {
  /// c = α · a · b + β·c; `pitch` is the distance between the rows of c.
  static func matrixMatrix(
    _ blas: BLASLibrary, _ left: CompiledContraction.MatrixOrder,
    _ right: CompiledContraction.MatrixOrder, rows: CInt,
    columns: CInt, inner: CInt, alpha: Self, _ a: UnsafePointer<Self>, _ b: UnsafePointer<Self>,
    beta: Self, _ c: UnsafeMutablePointer<Self>, pitch: CInt)

  /// y = α · a · x + β·y, or with aᵀ; what y holds is not read where β is 0.
  static func matrixVector(
    _ blas: BLASLibrary, _ order: CompiledContraction.MatrixOrder, rows: CInt, columns: CInt,
    transposing: Bool,
    alpha: Self, _ a: UnsafePointer<Self>, _ x: UnsafePointer<Self>, stride: CInt, beta: Self,
    _ y: UnsafeMutablePointer<Self>, resultStride: CInt)
}
