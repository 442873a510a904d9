import AdjointCore
import AdjointKernels

/// A batch of matrix products as calls of BLAS, or as plain loops where BLAS costs more than it
/// gains or cannot read the layout.
///
/// Plain numbers, which threads copy without counting references; the table of the batch's axes is kept
/// beside it.
struct CompiledContraction: @unchecked Sendable {
  /// How BLAS reads a matrix: transposed or not, and its leading dimension.
  struct MatrixOrder: Sendable {
    var isTransposed: Bool
    var leadingDimension: CInt
  }

  enum Method: Sendable {
    case loops
    case matrixMatrix(left: MatrixOrder, right: MatrixOrder)
    /// One column: left · vector.
    case matrixVector(MatrixOrder, vectorStride: CInt)
    /// One row: rightᵀ · vector.
    case vectorMatrix(MatrixOrder, vectorStride: CInt)
  }

  /// How one matrix lies, in elements.
  struct Matrix: Sendable {
    var rowStride: Int
    var columnStride: Int

    init(_ layout: Contraction.Layout) {
      rowStride = layout.rowStride
      columnStride = layout.columnStride
    }
  }

  /// An axis of the batch: what lies between neighbours along it.
  struct BatchAxis: Sendable {
    let extent: Int
    let left: Int
    let right: Int
    let result: Int
  }

  /// What a product is without its epilogue.
  struct Product: Sendable {
    let scalarType: ScalarType
    let batch: Int
    let rows: Int
    let columns: Int
    let inner: Int
    let left: Matrix
    let right: Matrix
    /// Its rows lie along memory unless there is one column alone.
    let result: Matrix
    let scale: Double
    let addendScale: Double?

    init(_ product: Contraction) {
      scalarType = product.scalarType
      batch = product.batch
      rows = product.rows
      columns = product.columns
      inner = product.inner
      left = Matrix(product.left)
      right = Matrix(product.right)
      var result = Matrix(product.resultLayout)
      // The strides of one row or column alone are what the library wants.
      if rows <= 1 { result.rowStride = max(columns, 1) }
      if columns <= 1 { result.columnStride = 1 }
      self.result = result
      scale = product.scale
      addendScale = product.addendScale
    }
  }

  let product: Product
  /// The operands of the kernel that are left and right here.
  let operands: (left: Int, right: Int)
  /// The axes of the batch, outermost first.
  let batchAxes: UnsafePointer<BatchAxis>
  let batchAxisCount: Int
  let method: Method
  /// What there would be to do in vectors.
  let costInVectors: KernelCost
  /// The parts in which the inner dimension of a product of matrices is summed.
  let innerSlices: Int
  /// How products of the library are cut; nil for loops, which are not.
  let panels: ProductPanels?
  /// The library.
  let blas: BLASLibrary

  /// Products of no more multiplications than this are done in plain loops.
  static let smallestProduct = 32

  /// The product, and the table that has to outlive it.
  static func compile(
    _ whole: Contraction
  ) throws(Diagnostic) -> (product: CompiledContraction, axes: Table<BatchAxis>) {
    let product = whole.isStoredTransposed ? whole.transposed : whole
    let axes = Table(product.batchAxes)
    return (try CompiledContraction(whole, product, axes), axes)
  }

  private init(
    _ whole: Contraction, _ product: Contraction, _ axes: Table<BatchAxis>
  ) throws(Diagnostic) {
    operands = whole.isStoredTransposed ? (1, 0) : (0, 1)
    self.product = Product(product)
    (batchAxes, batchAxisCount) = (axes.base, axes.count)
    let (rows, columns, inner) = (product.rows, product.columns, product.inner)
    guard max(rows, columns, inner) <= Int(CInt.max) else {
      throw Diagnostic(
        .invalidPlan,
        "a matrix product of \(rows)×\(inner) and \(inner)×\(columns) is larger than"
          + " BLAS can count; split it along its longest side")
    }
    var products = whole
    products.epilogue = nil
    costInVectors = products.cost
    let work = Double(rows) * Double(columns) * Double(inner)
    let left = Self.order(product.left, rows: rows, columns: inner)
    let right = Self.order(product.right, rows: inner, columns: columns)
    if work <= Double(Self.smallestProduct) {
      method = .loops
    } else if columns == 1, let left,
      let stride = Self.vectorStride(product.right.rowStride, inner),
      CInt(exactly: self.product.result.rowStride) != nil
    {
      method = .matrixVector(left, vectorStride: stride)
    } else if rows == 1, let right,
      let stride = Self.vectorStride(product.left.columnStride, inner)
    {
      method = .vectorMatrix(right, vectorStride: stride)
    } else if let left, let right, CInt(exactly: self.product.result.rowStride) != nil {
      method = .matrixMatrix(left: left, right: right)
    } else {
      method = .loops
    }
    panels = ProductPanels(self.product, method)
    // Loaded with the first product that needs it.
    blas = panels == nil ? .linked : .standard
    innerSlices =
      if case .matrixMatrix(let left, let right) = method, !left.isTransposed, !right.isTransposed {
        Self.innerSlices(product, work: work)
      } else { 1 }
  }

  /// Slices too short for the one kernel of OpenBLAS that calls malloc: for small products on
  /// AVX-512, where the columns leave at most half a vector over and the inner dimension has at
  /// least two vectors (kernel/x86_64/sgemm_small_kernel_nn_skylakex.c of its version 0.3).
  private static func innerSlices(_ product: Contraction, work: Double) -> Int {
    let lanes = 64 / product.scalarType.byteCount
    let rest = product.columns % lanes
    guard work <= 1_000_000, rest > 0, rest <= lanes / 2, product.inner >= 2 * lanes else {
      return 1
    }
    return (product.inner + 2 * lanes - 2) / (2 * lanes - 1)
  }

  private static func order(
    _ layout: Contraction.Layout, rows: Int, columns: Int
  ) -> MatrixOrder? {
    if layout.columnStride == 1 || columns <= 1 {
      let leading = rows <= 1 ? max(columns, 1) : layout.rowStride
      if leading >= max(columns, 1), let leading = CInt(exactly: leading) {
        return MatrixOrder(isTransposed: false, leadingDimension: leading)
      }
    }
    if layout.rowStride == 1 || rows <= 1 {
      let leading = columns <= 1 ? max(rows, 1) : layout.columnStride
      if leading >= max(rows, 1), let leading = CInt(exactly: leading) {
        return MatrixOrder(isTransposed: true, leadingDimension: leading)
      }
    }
    return nil
  }

  private static func vectorStride(_ stride: Int, _ count: Int) -> CInt? {
    if count <= 1 { return 1 }
    return stride > 0 ? CInt(exactly: stride) : nil
  }
}

extension Contraction {
  /// The bytes of the result.
  var resultByteCount: Int { batch * rows * columns * scalarType.byteCount }

  /// Whether columns of the result lie along memory and not rows.
  fileprivate var isStoredTransposed: Bool {
    columns > 1 && result.map { $0.columnStride != 1 } ?? false
  }

  /// The product of which every matrix is transposed: `rightᵀ · leftᵀ`.
  fileprivate var transposed: Contraction {
    var other = self
    (other.rows, other.columns) = (columns, rows)
    (other.left, other.right) = (right.transposed, left.transposed)
    other.result = result?.transposed
    return other
  }

  fileprivate var batchAxes: [CompiledContraction.BatchAxis] {
    let result = resultLayout
    return batchExtents.indices.map { axis in
      CompiledContraction.BatchAxis(
        extent: batchExtents[axis], left: left.batchStrides[axis],
        right: right.batchStrides[axis], result: result.batchStrides[axis])
    }
  }
}

extension Contraction.Layout {
  fileprivate var transposed: Contraction.Layout {
    Contraction.Layout(
      batchStrides: batchStrides, rowStride: columnStride, columnStride: rowStride)
  }
}
