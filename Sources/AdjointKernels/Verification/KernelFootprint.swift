import AdjointCore

/// What a kernel asks of the buffers it is applied to, worked out once for every step that runs it.
struct KernelFootprint {
  /// A read of an operand.
  struct Read {
    let operand: Int
    let scalarType: ScalarType
    /// The elements that the operand must have: this many, or at least so many.
    let elementCount: Int
    let isExact: Bool
  }

  /// A write to a result, which must have exactly this many elements.
  struct Write {
    let result: Int
    let scalarType: ScalarType
    let elementCount: Int
    /// The elements written, all or some of them.
    let part: WrittenPart
  }

  var reads: [Read] = []
  var writes: [Write] = []

  /// The operands that the kernel asks for even if it reads fewer.
  var leastOperandCount = 0

  /// The number of operands and of results that the kernel knows of.
  var operandCount: Int { max(leastOperandCount, reads.map { $0.operand +| 1 }.max() ?? 0) }
  var resultCount: Int { writes.map { $0.result +| 1 }.max() ?? 0 }

  /// - Throws: `.invalidPlan` where the kernel is not well formed.
  init(_ kernel: Kernel) throws(Diagnostic) {
    switch kernel {
    case .loopNest(let nest): try add(nest, in: .kernel)
    case .group(let group): try add(group)
    case .contraction(let product): try add(product)
    case .gather(let copy):
      try add(copy, operand: 0)
      writes = [try Self.all(0, copy.scalarType, [copy.outer, copy.count, copy.inner])]
    case .scatterAdd(let copy):
      try add(copy, operand: 0)
      reads.append(
        Read(
          operand: 2, scalarType: copy.scalarType,
          elementCount: try Self.product([copy.outer, copy.count, copy.inner]), isExact: true))
      writes = [try Self.all(0, copy.scalarType, [copy.outer, copy.extent, copy.inner])]
    }
  }

  private mutating func add(_ copy: IndexedCopy, operand: Int) throws(Diagnostic) {
    guard copy.indexType.isInteger else {
      throw Diagnostic(.invalidPlan, "indices are whole numbers, not \(copy.indexType.rawValue)")
    }
    reads = [
      Read(
        operand: operand, scalarType: copy.scalarType,
        elementCount: try Self.product([copy.outer, copy.extent, copy.inner]), isExact: true),
      Read(
        operand: operand + 1, scalarType: copy.indexType,
        elementCount: try Self.product([copy.count]), isExact: true),
    ]
  }

  private mutating func add(_ product: Contraction) throws(Diagnostic) {
    guard product.scalarType.isDifferentiable else {
      throw Diagnostic(
        .invalidPlan, "a contraction is of f32 or f64, not \(product.scalarType.rawValue)")
    }
    try product.checkScales()
    // No size overflows from here on.
    _ = try Self.product(product.batchExtents + [product.rows, product.columns])
    _ = try Self.product([product.rows, product.inner])
    _ = try Self.product([product.inner, product.columns])
    reads = [
      try Self.read(0, product, product.left, product.rows, product.inner),
      try Self.read(1, product, product.right, product.inner, product.columns),
    ]
    if let result = product.result {
      _ = try Self.read(0, product, result, product.rows, product.columns)
      try product.checkResult()
    }
    if product.addendScale != nil {
      reads.append(
        Read(
          operand: 2, scalarType: product.scalarType,
          elementCount: try Self.product(product.extents), isExact: true))
    }
    guard let epilogue = product.epilogue else {
      writes = [try Self.all(0, product.scalarType, product.extents)]
      return
    }
    try product.checkEpilogue()
    try add(epilogue, in: .epilogue)
  }

  /// The read of a batch of matrices: up to their last element.
  private static func read(
    _ operand: Int, _ product: Contraction, _ layout: Contraction.Layout, _ rows: Int,
    _ columns: Int
  ) throws(Diagnostic) -> Read {
    guard layout.batchStrides.count == product.batchExtents.count else {
      throw Diagnostic(
        .invalidPlan,
        "a contraction has \(layout.batchStrides.count) strides for \(product.batchExtents.count) "
          + "axes of its batch")
    }
    let axes = product.axes(of: layout, rows: rows, columns: columns)
    var last = 0
    for (extent, stride) in axes {
      guard (0...TensorType.maximumByteCount).contains(stride) else {
        throw Diagnostic(
          .invalidPlan,
          "the strides of a contraction are zero or more and at most a tensor's size, which "
            + "\(stride) is not")
      }
      if extent > 1 { last = try checkedSum(last, checkedProduct(extent - 1, stride)) }
    }
    guard rows <= 1 || columns <= 1 || layout.rowStride == 1 || layout.columnStride == 1 else {
      throw Diagnostic(
        .invalidPlan,
        "of the two strides of a contraction's matrix one is 1, which neither of "
          + "\(layout.rowStride) and \(layout.columnStride) is")
    }
    let isEmpty = axes.contains { $0.extent == 0 }
    return Read(
      operand: operand, scalarType: product.scalarType,
      elementCount: isEmpty ? 0 : try checkedSum(last, 1), isExact: false)
  }

  private static func all(
    _ result: Int, _ type: ScalarType, _ extents: some Collection<Int>
  ) throws(Diagnostic) -> Write {
    let count = try product(extents)
    return Write(
      result: result, scalarType: type, elementCount: count, part: WrittenPart(all: count))
  }
}

// Whole numbers of a plan that may come from anywhere.
extension KernelFootprint {
  /// A product of extents, none of them below zero.
  ///
  /// An extent of 0 does not make the others any larger: the bound holds without it, so that whoever
  /// multiplies some of them cannot overflow.
  static func product(_ extents: some Collection<Int>) throws(Diagnostic) -> Int {
    if extents.contains(where: { $0 < 0 }) {
      throw Diagnostic(.invalidPlan, "an extent is below zero in \(Array(extents))")
    }
    let size = extents.reduce(1) { $0 *| max($1, 1) }
    guard size <= LoopNest.maximumPointCount else {
      throw Diagnostic(
        .invalidPlan,
        "the extents \(Array(extents)) together are more than \(LoopNest.maximumPointCount)")
    }
    return extents.contains(0) ? 0 : size
  }

  static func checkedProduct(_ a: Int, _ b: Int) throws(Diagnostic) -> Int {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    if overflow { throw Diagnostic(.invalidPlan, "a size overflows a 64-bit integer") }
    return product
  }

  static func checkedSum(_ a: Int, _ b: Int) throws(Diagnostic) -> Int {
    let (sum, overflow) = a.addingReportingOverflow(b)
    if overflow { throw Diagnostic(.invalidPlan, "a size overflows a 64-bit integer") }
    return sum
  }
}
