import AdjointCore
import AdjointKernels

/// One run of a contraction on the buffers of a step: what all its threads share.
struct ContractionRun {
  let contraction: UnsafePointer<CompiledContraction>
  let left: UnsafeRawPointer
  let right: UnsafeRawPointer
  let result: UnsafeMutableRawPointer
  /// Where panels that are parts of a sum leave theirs.
  let partials: UnsafeMutableRawPointer
  let locality: Locality
  /// The panels of each product.
  private let panels: Int

  /// A run on the buffers of a step; what is added is in the result when the products are computed.
  init(
    _ contraction: UnsafePointer<CompiledContraction>, arena: UnsafeMutableRawPointer,
    _ operands: UnsafePointer<Int>, _ results: UnsafePointer<Int>,
    partials: UnsafeMutableRawPointer, _ locality: Locality
  ) {
    self.contraction = contraction
    self.locality = locality
    self.partials = partials
    left = UnsafeRawPointer(arena + operands[contraction.pointee.operands.left])
    right = UnsafeRawPointer(arena + operands[contraction.pointee.operands.right])
    result = arena + results[0]
    panels =
      contraction.pointee.panels?.count(locality, batch: contraction.pointee.product.batch) ?? 1
  }

  /// Runs it on at most so many threads, each of which calls BLAS for its own panels.
  ///
  /// The panels are cut here and not inside BLAS because some libraries sum in another order when they use
  /// more threads.
  func run(
    threads: Int, on pool: @autoclosure () -> ThreadPool, _ sharing: some WorkSharing
  ) {
    let product = contraction.pointee.product
    guard product.batch > 0, product.rows > 0, product.columns > 0 else { return }
    if product.scalarType == .f32 {
      run(Float.self, threads: threads, pool(), sharing)
    } else {
      run(Double.self, threads: threads, pool(), sharing)
    }
  }

  @inline(__always)
  private func run<E: BLASElement>(
    _ type: E.Type, threads: Int, _ pool: @autoclosure () -> ThreadPool,
    _ sharing: some WorkSharing
  ) {
    let items = contraction.pointee.product.batch * panels
    if threads > 1 {
      share(items, threads: threads, pool(), sharing)
    } else {
      runItems(type, 0, items)
    }
    addPartials(type)
  }

  /// Not inlined: what is done for threads would be in the way of a run on one.
  @inline(never)
  private func share(
    _ items: Int, threads: Int, _ pool: ThreadPool, _ sharing: some WorkSharing
  ) {
    withUnsafePointer(to: self) { run in
      sharing.run(
        itemCount: items, threads: threads, on: pool,
        context: UnsafeMutableRawPointer(mutating: run)
      ) { context, _, from, to in
        let run = context.assumingMemoryBound(to: ContractionRun.self).pointee
        if run.contraction.pointee.product.scalarType == .f32 {
          run.runItems(Float.self, from, to)
        } else {
          run.runItems(Double.self, from, to)
        }
      }
    }
  }

  private func runItems<E: BLASElement>(_ type: E.Type, _ from: Int, _ to: Int) {
    for item in from..<to {
      let (matrix, panel) =
        panels == 1 ? (item, 0) : item.quotientAndRemainder(dividingBy: panels)
      let (a, b, c) = matrices(matrix, type)
      multiply(matrix, panel, a, b, c)
    }
  }

  /// Where the operands and the result of one product of the batch begin.
  private func matrices<E: BLASElement>(
    _ matrix: Int, _ type: E.Type
  ) -> (UnsafePointer<E>, UnsafePointer<E>, UnsafeMutablePointer<E>) {
    var a = left.assumingMemoryBound(to: E.self)
    var b = right.assumingMemoryBound(to: E.self)
    var c = result.assumingMemoryBound(to: E.self)
    var rest = matrix
    var number = contraction.pointee.batchAxisCount
    while number > 0 {
      number -= 1
      let axis = contraction.pointee.batchAxes[number]
      let position = number == 0 ? rest : rest % axis.extent
      rest /= axis.extent
      a += position * axis.left
      b += position * axis.right
      c += position * axis.result
    }
    return (a, b, c)
  }

  /// Where one of the panels of a product but the first leaves its part of the sum.
  private func partial<E: BLASElement>(
    _ matrix: Int, _ panel: Int, _ type: E.Type
  ) -> UnsafeMutablePointer<E> {
    let product = contraction.pointee.product
    let place = matrix * (panels - 1) + panel - 1
    return partials.assumingMemoryBound(to: type) + place * product.rows * product.columns
  }

  /// One panel of one product.
  private func multiply<E: BLASElement>(
    _ matrix: Int, _ panel: Int, _ a: UnsafePointer<E>, _ b: UnsafePointer<E>,
    _ c: UnsafeMutablePointer<E>
  ) {
    let product = contraction.pointee.product
    guard let cut = contraction.pointee.panels else { return multiplyInLoops(a, b, c) }
    let range = cut.range(panel, of: panels)
    let rows = cut.axis == .rows ? range : 0..<product.rows
    let columns = cut.axis == .columns ? range : 0..<product.columns
    let inner = cut.axis == .inner ? range : 0..<product.inner
    if rows.isEmpty || columns.isEmpty { return }
    // Of the parts of a sum the first is added to what is there.
    let isPartial = cut.axis == .inner && panel > 0
    let target =
      isPartial
      ? partial(matrix, panel, E.self)
      : c + rows.lowerBound * product.result.rowStride + columns.lowerBound
    let (alpha, beta) = (E(product.scale), isPartial ? 0 : E(product.addendScale ?? 0))
    let (left, right) = (product.left, product.right)
    let a = a + rows.lowerBound * left.rowStride + inner.lowerBound * left.columnStride
    let b = b + inner.lowerBound * right.rowStride + columns.lowerBound * right.columnStride
    switch contraction.pointee.method {
    case .loops: return
    case .matrixMatrix(let left, let right):
      multiply(left, right, rows.count, columns.count, alpha, a, b, beta, target)
    case .matrixVector(let left, let stride):
      E.matrixVector(
        contraction.pointee.blas, left, rows: CInt(rows.count), columns: CInt(inner.count),
        transposing: false,
        alpha: alpha, a, b, stride: stride, beta: beta, target,
        resultStride: isPartial ? 1 : CInt(product.result.rowStride))
    case .vectorMatrix(let right, let stride):
      E.matrixVector(
        contraction.pointee.blas, right, rows: CInt(inner.count), columns: CInt(columns.count),
        transposing: true,
        alpha: alpha, b, a, stride: stride, beta: beta, target, resultStride: 1)
    }
  }

  /// A panel of a product of matrices, in the slices that its inner dimension is summed in.
  private func multiply<E: BLASElement>(
    _ left: CompiledContraction.MatrixOrder, _ right: CompiledContraction.MatrixOrder,
    _ rows: Int, _ columns: Int, _ alpha: E, _ a: UnsafePointer<E>, _ b: UnsafePointer<E>,
    _ beta: E, _ c: UnsafeMutablePointer<E>
  ) {
    let product = contraction.pointee.product
    let slices = contraction.pointee.innerSlices
    for slice in 0..<slices {
      let inner = (product.inner * slice / slices)..<(product.inner * (slice + 1) / slices)
      E.matrixMatrix(
        contraction.pointee.blas, left, right, rows: CInt(rows), columns: CInt(columns),
        inner: CInt(inner.count),
        alpha: alpha, a + inner.lowerBound * product.left.columnStride,
        b + inner.lowerBound * product.right.rowStride, beta: slice == 0 ? beta : 1, c,
        pitch: CInt(product.result.rowStride))
    }
  }

  /// Adds the parts of sums that are not in the result yet, in the order of the panels.
  private func addPartials<E: BLASElement>(_ type: E.Type) {
    guard panels > 1, let cut = contraction.pointee.panels, cut.axis == .inner else { return }
    let product = contraction.pointee.product
    // One row lies along memory, one column at the distance of its rows.
    let stride = product.columns == 1 ? product.result.rowStride : 1
    for matrix in 0..<product.batch {
      let (_, _, c) = matrices(matrix, type)
      for panel in 1..<panels {
        let part = partial(matrix, panel, type)
        for element in 0..<(product.rows * product.columns) { c[element * stride] += part[element] }
      }
    }
  }

  private func multiplyInLoops<E: BLASElement>(
    _ a: UnsafePointer<E>, _ b: UnsafePointer<E>, _ c: UnsafeMutablePointer<E>
  ) {
    let product = contraction.pointee.product
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
  /// What there is to do in a run: plain loops take many times as long as the library.
  var cost: KernelCost {
    if case .loops = method {
      return KernelCost(
        multiplyAdds: Self.slownessOfLoops * costInVectors.multiplyAdds,
        byteCount: costInVectors.byteCount)
    }
    return costInVectors
  }

  private static let slownessOfLoops = 50.0

  /// Whether several threads do a batch together: where its shape has it cut, or large enough.
  func isShared(_ locality: Locality, _ least: LeastShared) -> Bool {
    panels?.isShared(locality, batch: product.batch) ?? false
      && least.isReached(by: cost, locality)
  }

  /// The bytes in which the panels of a batch leave their parts of sums.
  var partialByteCount: Int {
    (panels?.mostPartials(batch: product.batch) ?? 0) * product.scalarType.byteCount
  }
}
