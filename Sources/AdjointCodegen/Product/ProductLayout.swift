import AdjointCore
import AdjointKernels

/// How a product of matrices is blocked for the registers and caches of the processor.
///
/// The result is computed in tiles of rows × columns that stay in registers while the inner dimension
/// passes (Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008). Columns
/// are vectors; where only the rows of the right operand lie transposed, the product is computed
/// transposed, so that the smaller operand is the one that is rearranged.
struct ProductLayout: Sendable {
  /// A matrix read or written through strides in elements.
  struct Matrix: Hashable, Sendable {
    /// From one matrix to the next along each axis of the batch; none where it is one matrix alone.
    var batchStrides: [Int] = []
    var rowStride: Int
    var columnStride: Int

    var transposed: Matrix {
      Matrix(batchStrides: batchStrides, rowStride: columnStride, columnStride: rowStride)
    }
  }

  /// What an item of work is.
  ///
  /// A thread does neighbouring items at once, so that it packs what they share only once; they are many,
  /// so that threads that are not equally fast finish together.
  enum Split: Hashable, Sendable {
    /// So many tiles of rows of one matrix of the batch.
    case batches(tiles: Int)
    /// So many panels of columns.
    case columns(panels: Int)
    /// So many tiles of rows.
    case rows(tiles: Int)
  }

  /// The sums that keep the multipliers busy: two at a time, four cycles each.
  private static let fewestSums = 8
  /// The items that a product is cut into at least, if it has as many tiles or panels.
  private static let fewestItems = 16
  /// The nanoseconds of an item of a large product: what its thread packs for it is little beside that.
  private static let itemNanoseconds = 50 * MachineModel.FixedPart.itemNanoseconds

  let blocking: ProductBlocking
  let scalarType: ScalarType
  let batch: Int
  let batchExtents: [Int]
  let rows: Int
  let columns: Int
  let inner: Int
  let left: Matrix
  let right: Matrix
  let result: Matrix
  /// The operands of the kernel that are left and right here.
  let operands: (left: Int, right: Int)
  let scale: Double
  let addendScale: Double?
  /// What each element goes through in registers; nil where nothing, or too much for them, is made of it.
  let epilogue: StridedNest?

  /// The lanes of a vector, and the vectors across a tile.
  let lanes: Int
  let vectors: Int
  /// The rows of a tile; the last tile may have fewer.
  let tileRows: Int
  /// The steps of the inner dimension that are done before the tile changes.
  let depth: Int
  /// Whether the right operand is copied into panels first.
  let packs: Bool
  /// Whether the rows of a tile of the left operand are copied next to each other first: where they are
  /// so far apart in memory that they compete for the same lines of the cache.
  let copiesLeft: Bool
  let split: Split
  /// What there is to do in a run.
  let cost: KernelCost
  /// Whether a run is too short for more code than it needs.
  let isShort: Bool

  init(_ product: Contraction, for target: KernelTarget, blocking: ProductBlocking) {
    let vectorByteCount = target.machine.vectorByteCount
    let left = Matrix(product.left)
    let right = Matrix(product.right)
    let result = Matrix(product.resultLayout)
    let isTransposed =
      Self.cost(product, right, result, vectorByteCount, blocking)
      > Self.cost(
        product.transposed, left.transposed, result.transposed, vectorByteCount, blocking)
    self.blocking = blocking
    rows = isTransposed ? product.columns : product.rows
    columns = isTransposed ? product.rows : product.columns
    self.left = isTransposed ? right.transposed : left
    self.right = isTransposed ? left.transposed : right
    self.result = isTransposed ? result.transposed : result
    operands = isTransposed ? (1, 0) : (0, 1)
    scalarType = product.scalarType
    batch = product.batch
    batchExtents = product.batchExtents
    inner = product.inner
    scale = product.scale
    addendScale = product.addendScale
    epilogue = product.epilogue.flatMap { Self.isLight($0) ? StridedNest($0) : nil }

    let native = vectorByteCount / product.scalarType.byteCount
    var lanes = min(native, 2)
    while lanes < native, lanes < columns { lanes *= 2 }
    self.lanes = lanes
    vectors = columns <= lanes ? 1 : 2
    // All but four registers hold sums.
    let most = (target.vectorRegisterCount - 4) / 2
    cost = Self.cost(batch: batch, rows, columns, inner, lanes: lanes, of: native)
    let nanoseconds = target.machine.nanoseconds(of: cost)
    isShort = nanoseconds < KernelBatch.longRun
    tileRows =
      isShort
      ? Self.compactHeight(rows, vectors: vectors, most: most) : Self.height(rows, most: most)
    let tiles = (rows + tileRows - 1) / tileRows
    depth = blocking.depth(
      steps: inner, rowByteCount: columns * product.scalarType.byteCount, lanes: lanes)
    packs =
      self.right.columnStride != 1
      || rows >= 96 && inner * columns * product.scalarType.byteCount > 1 << 18
    let panels = (columns + lanes * vectors - 1) / (lanes * vectors)
    let isRowMajor = self.left.columnStride == 1
    let distance =
      (isRowMajor ? self.left.rowStride : self.left.columnStride) * product.scalarType.byteCount
    copiesLeft =
      panels >= 4 && (isRowMajor ? distance >= 4096 && distance % 1024 == 0 : distance >= 1024)
    let mostItems = max(Self.fewestItems, nanoseconds / Self.itemNanoseconds)
    if batch > 1 {
      // What is packed is packed for one item.
      let items = packs ? 1 : (mostItems + batch - 1) / batch
      split = .batches(tiles: (tiles + items - 1) / items)
    } else if rows >= columns || panels < 4 {
      // Along the longer side, so that the operand that items share is the smaller one.
      split = .rows(tiles: (tiles + mostItems - 1) / mostItems)
    } else {
      split = .columns(panels: (panels + mostItems - 1) / mostItems)
    }
  }

  /// Whether the lines of a tile go through an epilogue while they are in the cache; a long one runs behind
  /// the product, since it would be compiled for each height and width of a tile.
  private static func isLight(_ epilogue: LoopNest) -> Bool {
    epilogue.program.steps.count <= 24 && epilogue.outputs.count <= 4
  }

  /// What there is to do where columns fill so many lanes of vectors, of so many that these have.
  private static func cost(
    batch: Int, _ rows: Int, _ columns: Int, _ inner: Int, lanes: Int, of native: Int
  ) -> KernelCost {
    let vectors = (columns + lanes - 1) / lanes
    let steps = Double(batch) * Double(rows) * Double(vectors) * Double(inner)
    let elements = Double(batch) * Double(rows * inner + inner * columns + rows * columns)
    return KernelCost(multiplyAdds: steps * Double(native), byteCount: 4 * elements)
  }

  /// The rows of a tile of as few tiles as there can be.
  private static func height(_ rows: Int, most: Int) -> Int {
    let tiles = (rows + most - 1) / most
    return (rows + tiles - 1) / tiles
  }

  /// The rows of a tile where there need be no lower one at the end, if that leaves half of the most rows
  /// and sums enough that none waits for the one before.
  ///
  /// The lower one has code of its own, which is not worth its time where the product takes little: one or
  /// two hundredths of a product are what the smaller tiles cost.
  private static func compactHeight(_ rows: Int, vectors: Int, most: Int) -> Int {
    let least = max(most / 2, (fewestSums + vectors - 1) / vectors)
    return stride(from: most, through: least, by: -1).first { rows.isMultiple(of: $0) }
      ?? height(rows, most: most)
  }

  /// Whether the product is computed transposed.
  var isTransposed: Bool { operands.left == 1 }

  /// How an access of the epilogue goes along the rows and columns of this layout.
  func matrix(of access: StridedNest.Access) -> Matrix {
    let matrix = Matrix(
      batchStrides: [access.strides[0]], rowStride: access.strides[1],
      columnStride: access.strides[2])
    return isTransposed ? matrix.transposed : matrix
  }

  /// The columns of a panel: what a tile is wide.
  var panelColumns: Int { lanes * vectors }
  var panelCount: Int { (columns + panelColumns - 1) / panelColumns }
  var tileCount: Int { (rows + tileRows - 1) / tileRows }
  /// The rows of the last tile, or the columns of the last panel, where they are fewer; 0 otherwise.
  var lastRows: Int { rows % tileRows }
  var lastColumns: Int { columns % panelColumns }
  /// The rows that tiles have: all, or all but the last and the last.
  var tileHeights: [Int] { lastRows == 0 ? [tileRows] : [tileRows, lastRows] }
  /// The columns that panels have, likewise; there may be a narrow one alone.
  var panelWidths: [Int] {
    (columns < panelColumns ? [] : [panelColumns]) + (lastColumns == 0 ? [] : [lastColumns])
  }
  var blockCount: Int { (inner + depth - 1) / depth }

  /// The panels that are done before the next ones.
  var panelsAtOnce: Int {
    min(
      panelCount, max(1, blocking.passingByteCount / (depth * panelColumns * scalarType.byteCount)))
  }

  /// The items of one matrix of a batch, of so many tiles each.
  func itemsPerMatrix(tiles: Int) -> Int { (tileCount + tiles - 1) / tiles }

  /// The items of work.
  var itemCount: Int {
    switch split {
    case .batches(let tiles): batch * itemsPerMatrix(tiles: tiles)
    case .columns(let panels): (panelCount + panels - 1) / panels
    case .rows(let tiles): (tileCount + tiles - 1) / tiles
    }
  }

  /// The elements of the part of the right operand that is packed at once; the last square that is turned
  /// may be written beyond the last panel.
  var packedCount: Int {
    packs ? (panelsAtOnce * depth + (right.columnStride == 1 ? 0 : lanes)) * panelColumns : 0
  }

  /// How a copied tile of the left operand lies: rows with a gap between them, or columns of whole
  /// vectors.
  ///
  /// Rows are as far apart as the deepest need, so that tiles of the same size have the same code.
  var copiedLeft: Matrix {
    left.columnStride == 1
      ? Matrix(rowStride: ProductBlocking.onlyDepth + 16, columnStride: 1)
      : Matrix(rowStride: 1, columnStride: (tileRows + lanes - 1) / lanes * lanes)
  }

  /// The strides by which a tile reads the left operand.
  var readLeft: Matrix { copiesLeft ? copiedLeft : left }

  /// The bytes in which a thread packs its part of the right operand and a tile of the left one.
  var scratchByteCount: Int {
    let tile =
      left.columnStride == 1 ? tileRows * copiedLeft.rowStride : depth * copiedLeft.columnStride
    return (packedCount + (copiesLeft ? tile : 0)) * scalarType.byteCount
  }

  /// A rough number of cycles: products in vectors, and the turning of what lies transposed.
  private static func cost(
    _ product: Contraction, _ right: Matrix, _ result: Matrix, _ vectorByteCount: Int,
    _ blocking: ProductBlocking
  ) -> Double {
    let lanes = vectorByteCount / product.scalarType.byteCount
    let vectors = (product.columns + lanes - 1) / lanes
    let (rows, columns, inner) = (
      Double(product.rows), Double(product.columns), Double(product.inner)
    )
    var cycles = rows * Double(vectors) * inner / 2
    if right.columnStride != 1, product.columns > 1 { cycles += inner * columns / 2 }
    if result.columnStride != 1 {
      let blocks = blocking.blockCount(
        steps: product.inner, rowByteCount: product.columns * product.scalarType.byteCount)
      // Each block reads and writes it in lines as short as a tile is high.
      cycles += 2 * rows * columns * Double(blocks)
    }
    return cycles
  }
}

extension Contraction {
  /// The product with rows and columns exchanged, without its strides.
  fileprivate var transposed: Contraction {
    var other = self
    (other.rows, other.columns) = (columns, rows)
    return other
  }
}

extension ProductLayout.Matrix {
  init(_ layout: Contraction.Layout) {
    self.init(
      batchStrides: layout.batchStrides, rowStride: layout.rowStride,
      columnStride: layout.columnStride)
  }
}
