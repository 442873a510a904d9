import AdjointCore

/// A kernel as text, which `KernelParser` reads.
///
/// Of kernels whose programs are in writing order (`LoopNest.inWritingOrder`), as those of all plans are,
/// the text gives back the kernel itself.
package enum KernelPrinter {
  /// A head line, and for loop nests and an epilogue a line for each named step and each output.
  ///
  /// Operands are `a`, `b`, …, results `r0`, `r1`, …, locals of a group `l0`, …, and in an epilogue `p` is the
  /// product; `i`, `j`, … are positions along the loops.
  package static func lines(_ kernel: Kernel) -> [String] {
    switch kernel {
    case .loopNest(let nest): lines(nest)
    case .group(let group): lines(group)
    case .contraction(let product): lines(product)
    case .gather(let copy): ["gather " + indexed(copy)]
    case .scatterAdd(let copy): ["scatter-add " + indexed(copy)]
    }
  }

  package static func lines(_ nest: LoopNest) -> [String] {
    let printer = NestPrinter(nest)
    return ["loop" + printer.signature(rowAxes: nil)] + printer.body
  }

  private static func indexed(_ copy: IndexedCopy) -> String {
    "\(copy.scalarType.rawValue) [\(copy.outer), \(copy.extent), \(copy.inner)] at "
      + "\(copy.indexType.rawValue)[\(copy.count)]"
  }

  /// The stages one after another, the loops of each that are the rows in front of a bar.
  private static func lines(_ group: FusionGroup) -> [String] {
    var parts = ["operands \(group.operandCount)", "results \(group.resultCount)"]
    for (number, local) in group.locals.enumerated() {
      parts.append("l\(number): " + KernelSpelling.type(local.scalarType, [local.elementCount]))
    }
    return ["rows \(group.rows) (" + parts.joined(separator: ", ") + ")"]
      + lines(of: group.stages)
  }

  /// The stages of a group, each with the lines of its program indented.
  package static func lines(of stages: [FusionGroup.Stage]) -> [String] {
    stages.flatMap { stage in
      let printer = NestPrinter(stage.nest)
      return ["loop" + printer.signature(rowAxes: stage.rowAxes)] + printer.body.map { "  " + $0 }
    }
  }
}

// Contractions.
extension KernelPrinter {
  private static func lines(_ product: Contraction) -> [String] {
    var head = "contraction \(product.scalarType.rawValue) "
    let numbers = LiteralTypes([product.scalarType])
    func number(_ value: Double) -> String {
      numbers.text(.floating(bits: value.bitPattern), product.scalarType)
    }
    if product.scale != 1 { head += "\(number(product.scale)) · " }
    if product.batchExtents.isEmpty { head += "() × " }
    if product.batchExtents != [1] { head += product.batchExtents.map { "\($0) × " }.joined() }
    head += matrix(product.batchExtents, product.rows, product.inner, product.left) + " · "
    head += matrix(product.batchExtents, product.inner, product.columns, product.right)
    if let scale = product.addendScale { head += scale == 1 ? " + c" : " + \(number(scale)) · c" }
    if let result = product.result { head += " → by " + KernelSpelling.list(result.strides) }
    guard let epilogue = product.epilogue else { return [head] }
    let printer = NestPrinter(epilogue)
    return [head, "then" + printer.signature(rowAxes: nil)] + printer.body
  }

  /// `[rows, columns]`, with a mark where the matrix lies transposed, and the strides of the batch's axes, of
  /// rows and of columns where they are others than those of matrices one after another.
  private static func matrix(
    _ batch: [Int], _ rows: Int, _ columns: Int, _ layout: Contraction.Layout
  ) -> String {
    let text = "[\(rows), \(columns)]"
    if layout == .dense(batch: batch, rows: rows, columns: columns) { return text }
    if layout == .transposed(batch: batch, rows: rows, columns: columns) { return text + "ᵀ" }
    return text + " by " + KernelSpelling.list(layout.strides)
  }
}

extension Contraction.Layout {
  /// The strides of the batch's axes, of rows and of columns.
  var strides: [Int] { batchStrides + [rowStride, columnStride] }

  /// Matrices one after another, each row by row; an axis of the batch with one matrix has no stride.
  static func dense(batch: [Int], rows: Int, columns: Int) -> Contraction.Layout {
    var strides: [Int] = []
    var stride = rows *| columns
    for extent in batch.reversed() {
      strides.append(extent == 1 ? 0 : stride)
      stride = stride *| extent
    }
    return Contraction.Layout(batchStrides: strides.reversed(), rowStride: columns, columnStride: 1)
  }

  /// Matrices one after another, each column by column.
  static func transposed(batch: [Int], rows: Int, columns: Int) -> Contraction.Layout {
    var layout = dense(batch: batch, rows: rows, columns: columns)
    (layout.rowStride, layout.columnStride) = (1, rows)
    return layout
  }
}
