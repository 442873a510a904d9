import AdjointCore
import AdjointKernels

/// One run of a contraction on the buffers of a step: what all its threads share.
struct ContractionRun {
  let contraction: CompiledContraction
  let left: UnsafeRawPointer
  let right: UnsafeRawPointer
  let result: UnsafeMutableRawPointer
  let locality: Locality

  /// A run on the buffers of a step; what is added is in the result when the products are computed.
  init(
    _ contraction: CompiledContraction, arena: UnsafeMutableRawPointer,
    _ operands: UnsafePointer<Int>, _ results: UnsafePointer<Int>, _ locality: Locality
  ) {
    self.contraction = contraction
    self.locality = locality
    left = UnsafeRawPointer(arena + operands[contraction.operands.left])
    right = UnsafeRawPointer(arena + operands[contraction.operands.right])
    result = arena + results[0]
  }

  /// Runs it on at most so many threads, each of which calls BLAS for its own part of the result.
  ///
  /// The parts are cut here and not inside BLAS because some libraries sum in another order when
  /// they use more threads; along rows and columns it makes no difference where a product is cut.
  func run(threads: Int) {
    let product = contraction.product
    guard product.batch > 0, product.rows > 0, product.columns > 0 else { return }
    if contraction.callsBLAS { BLASLibrary.useThreads(1) }
    guard contraction.isShared(locality, threads: threads) else {
      return runItems(from: 0, to: product.batch, panels: 1)
    }
    let panels = contraction.panelCount(locality, threads: threads)
    let items = product.batch * panels
    withUnsafePointer(to: (self, panels)) { job in
      ThreadPool.shared.run(
        itemCount: items, threads: threads, context: UnsafeMutableRawPointer(mutating: job)
      ) { context, _, from, to in
        let (run, panels) = context.assumingMemoryBound(to: (ContractionRun, Int).self).pointee
        run.runItems(from: from, to: to, panels: panels)
      }
    }
  }

  private func runItems(from: Int, to: Int, panels: Int) {
    if contraction.product.scalarType == .f32 {
      runItems(Float.self, from, to, panels)
    } else {
      runItems(Double.self, from, to, panels)
    }
  }

  private func runItems<E: BLASElement>(_ type: E.Type, _ from: Int, _ to: Int, _ panels: Int) {
    for item in from..<to {
      let matrix = item / panels
      var a = left.assumingMemoryBound(to: E.self)
      var b = right.assumingMemoryBound(to: E.self)
      var c = result.assumingMemoryBound(to: E.self)
      var rest = matrix
      var number = contraction.batchAxisCount
      while number > 0 {
        number -= 1
        let axis = contraction.batchAxes[number]
        let position = number == 0 ? rest : rest % axis.extent
        rest /= axis.extent
        a += position * axis.left
        b += position * axis.right
        c += position * axis.result
      }
      multiply(contraction.panel(item % panels, of: panels), a, b, c)
    }
  }

  /// One panel of one product.
  private func multiply<E: BLASElement>(
    _ panel: CompiledContraction.Panel, _ a: UnsafePointer<E>, _ b: UnsafePointer<E>,
    _ c: UnsafeMutablePointer<E>
  ) {
    let product = contraction.product
    let (rows, columns) = (panel.rows.count, panel.columns.count)
    if rows == 0 || columns == 0 { return }
    let (alpha, beta) = (E(product.scale), E(product.addendScale ?? 0))
    switch contraction.method {
    case .loops: multiplyInLoops(a, b, c)
    case .matrixMatrix(let left, let right):
      let slices = contraction.innerSlices
      for slice in 0..<slices {
        let inner = (product.inner * slice / slices)..<(product.inner * (slice + 1) / slices)
        E.matrixMatrix(
          left, right, rows: CInt(rows), columns: CInt(columns), inner: CInt(inner.count),
          alpha: alpha,
          a + panel.rows.lowerBound * product.left.rowStride
            + inner.lowerBound * product.left.columnStride,
          b + panel.columns.lowerBound * product.right.columnStride
            + inner.lowerBound * product.right.rowStride,
          beta: slice == 0 ? beta : 1,
          c + panel.rows.lowerBound * product.result.rowStride + panel.columns.lowerBound,
          pitch: CInt(product.result.rowStride))
      }
    case .matrixVector(let left, let stride):
      E.matrixVector(
        left, rows: CInt(rows), columns: CInt(product.inner), transposing: false,
        alpha: alpha, a + panel.rows.lowerBound * product.left.rowStride, b, stride: stride,
        beta: beta, c + panel.rows.lowerBound * product.result.rowStride,
        resultStride: CInt(product.result.rowStride))
    case .vectorMatrix(let right, let stride):
      E.matrixVector(
        right, rows: CInt(product.inner), columns: CInt(columns), transposing: true,
        alpha: alpha, b + panel.columns.lowerBound * product.right.columnStride, a, stride: stride,
        beta: beta, c + panel.columns.lowerBound, resultStride: 1)
    }
  }

  private func multiplyInLoops<E: BLASElement>(
    _ a: UnsafePointer<E>, _ b: UnsafePointer<E>, _ c: UnsafeMutablePointer<E>
  ) {
    let product = contraction.product
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
        let place = row * product.result.rowStride + column * product.result.columnStride
        sum *= E(product.scale)
        if let scale = product.addendScale { sum += E(scale) * c[place] }
        c[place] = sum
      }
    }
  }
}

extension CompiledContraction {
  /// A part of the result of one product.
  struct Panel {
    var rows: Range<Int>
    var columns: Range<Int>
  }

  /// Panels start at multiples of this many rows or columns, a multiple of the register tiles of
  /// every BLAS.
  static let panelUnit = 64

  /// A panel across the longer side; the shorter is read by every thread.
  func panel(_ number: Int, of count: Int) -> Panel {
    let whole = Panel(rows: 0..<product.rows, columns: 0..<product.columns)
    if count == 1 { return whole }
    let extent = max(product.rows, product.columns)
    let units = (extent + Self.panelUnit - 1) / Self.panelUnit
    let from = min(extent, units * number / count * Self.panelUnit)
    let to = min(extent, units * (number + 1) / count * Self.panelUnit)
    return product.rows > product.columns
      ? Panel(rows: from..<to, columns: whole.columns)
      : Panel(rows: whole.rows, columns: from..<to)
  }

  /// Whether it is done by the library rather than in loops.
  var callsBLAS: Bool {
    switch method {
    case .loops: false
    case .matrixMatrix, .matrixVector, .vectorMatrix: true
    }
  }

  /// An estimate of the nanoseconds of a run on one thread: products with a vector wait for memory.
  var cost: Int {
    let each =
      switch method {
      case .loops: 1.0
      case .matrixMatrix: 0.02
      case .matrixVector, .vectorMatrix: 0.2
      }
    return Int(min(work * Double(product.batch) * each, 1e15))
  }

  /// The fewest multiplications of a panel.
  private func smallestPanel(_ locality: Locality) -> Int {
    switch method {
    case .loops: Int.max
    case .matrixMatrix: Self.smallestPanel
    case .matrixVector, .vectorMatrix:
      locality.isSettled ? Self.smallestVectorPanel : Self.smallestMovingVectorPanel
    }
  }

  /// Whether several of so many threads do a batch together: where it is large enough.
  func isShared(_ locality: Locality, threads: Int) -> Bool {
    let smallest =
      switch method {
      case .loops, .matrixMatrix: Self.smallestSharedProduct
      case .matrixVector, .vectorMatrix: 2 * smallestPanel(locality)
      }
    return threads > 1 && work * Double(product.batch) >= Double(smallest)
      && product.batch * panelCount(locality, threads: threads) > 1
  }

  /// The panels of one product: one for each thread where the batch has not enough for all.
  ///
  /// None is so small that a library would change to its kernels for small products, which sum in
  /// another order.
  fileprivate func panelCount(_ locality: Locality, threads: Int) -> Int {
    guard product.batch < threads else { return 1 }
    let byWork = Int(min(work / Double(smallestPanel(locality)), Double(threads)))
    return max(1, min(byWork, max(product.rows, product.columns) / Self.panelUnit))
  }
}
