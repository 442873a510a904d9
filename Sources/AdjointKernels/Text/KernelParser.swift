import AdjointCore

/// Reads the text of kernels as `KernelPrinter` writes it.
package enum KernelParser {
  /// The kernel whose head comes next; its other lines are those that are indented at least as far as given.
  ///
  /// - Throws: `.syntax` with the place of what is no kernel. Whether the kernel stays in bounds is for the
  ///   verifier to say.
  package static func kernel(
    _ scanner: inout TextScanner, indentedBy indentation: Int
  ) throws(Diagnostic) -> Kernel {
    if scanner.accepts("loop") {
      return .loopNest(try nest(&scanner, indentedBy: indentation).nest)
    }
    if scanner.accepts("rows") { return .group(try group(&scanner, indentedBy: indentation)) }
    if scanner.accepts("contraction") {
      return .contraction(try contraction(&scanner, indentedBy: indentation))
    }
    if scanner.accepts("gather") { return .gather(try indexedCopy(&scanner)) }
    if scanner.accepts("scatter-add") { return .scatterAdd(try indexedCopy(&scanner)) }
    throw scanner.expected("loop, rows, contraction, gather or scatter-add")
  }

  /// A nest, of which the word in front has been read.
  package static func nest(
    _ scanner: inout TextScanner, indentedBy indentation: Int
  ) throws(Diagnostic) -> FusionGroup.Stage {
    var parser = NestParser()
    try parser.readSignature(&scanner)
    try scanner.endLine()
    while !scanner.isAtEnd, scanner.indentation >= indentation { try parser.readLine(&scanner) }
    return FusionGroup.Stage(nest: try parser.finished(scanner), rowAxes: parser.rowAxes ?? 0)
  }

  /// The stages of a group, each a nest whose lines are indented further than its head.
  package static func stages(
    _ scanner: inout TextScanner, indentedBy indentation: Int
  ) throws(Diagnostic) -> [FusionGroup.Stage] {
    var stages: [FusionGroup.Stage] = []
    while !scanner.isAtEnd, scanner.indentation >= indentation {
      try scanner.expect("loop")
      stages.append(try nest(&scanner, indentedBy: indentation + 2))
    }
    return stages
  }

  private static func group(
    _ scanner: inout TextScanner, indentedBy indentation: Int
  ) throws(Diagnostic) -> FusionGroup {
    let rows = try scanner.integer("a number of rows")
    try scanner.expect("(")
    try scanner.expect("operands")
    let operandCount = try scanner.integer("a number of operands")
    try scanner.expect(",")
    try scanner.expect("results")
    let resultCount = try scanner.integer("a number of results")
    var locals: [FusionGroup.Local] = []
    while scanner.accepts(",") {
      try scanner.expect("l\(locals.count):")
      let type = try scanner.scalarType()
      try scanner.expect("[")
      let count = try scanner.integer("a number of elements")
      try scanner.expect("]")
      locals.append(FusionGroup.Local(scalarType: type, elementCount: count))
    }
    try scanner.expect(")")
    try scanner.endLine()
    return FusionGroup(
      rows: rows, operandCount: operandCount, resultCount: resultCount, locals: locals,
      stages: try stages(&scanner, indentedBy: indentation))
  }

  private static func indexedCopy(
    _ scanner: inout TextScanner
  ) throws(Diagnostic) -> IndexedCopy {
    let type = try scanner.scalarType()
    let place = scanner
    let extents = try scanner.list("an extent")
    guard extents.count == 3 else { throw place.expected("three extents") }
    try scanner.expect("at")
    let indexType = try scanner.scalarType()
    let count = try scanner.list("a number of indices")
    guard count.count == 1 else { throw place.expected("one number of indices") }
    try scanner.endLine()
    return IndexedCopy(
      type, indexType: indexType, outer: extents[0], extent: extents[1], inner: extents[2],
      count: count[0])
  }
}

// Contractions.
extension KernelParser {
  private static func contraction(
    _ scanner: inout TextScanner, indentedBy indentation: Int
  ) throws(Diagnostic) -> Contraction {
    let type = try scanner.scalarType()
    let scale = factor(type, &scanner)
    var batch: [Int] = []
    let isEmpty = scanner.accepts("() ×")
    while !isEmpty, !scanner.comes("[") {
      batch.append(try scanner.integer("an extent of the batch"))
      try scanner.expect("×")
    }
    if batch.isEmpty, !isEmpty { batch = [1] }
    let left = try matrix(batch, &scanner)
    try scanner.expect("·")
    let place = scanner
    let right = try matrix(batch, &scanner)
    guard left.columns == right.rows else {
      throw place.expected("a matrix of \(left.columns) rows")
    }
    var product = Contraction(
      type, batch: 1, rows: left.rows, columns: right.columns, inner: left.columns,
      left: left.layout, right: right.layout)
    product.batchExtents = batch
    product.scale = scale ?? 1
    if scanner.accepts("+") {
      product.addendScale = factor(type, &scanner) ?? 1
      try scanner.expect("c")
    }
    if scanner.accepts("→") { product.result = try strides(batch, &scanner) }
    try scanner.endLine()
    if !scanner.isAtEnd, scanner.indentation >= indentation {
      try scanner.expect("then")
      product.epilogue = try nest(&scanner, indentedBy: indentation).nest
    }
    return product
  }

  /// A number with the sign of a product behind it, if one comes next.
  private static func factor(_ type: ScalarType, _ scanner: inout TextScanner) -> Double? {
    var copy = scanner
    guard let text = try? copy.number(), copy.accepts("·") else { return nil }
    let value = type == .f32 ? Float(text).map(Double.init) : Double(text)
    if value != nil { scanner = copy }
    return value
  }

  private static func matrix(
    _ batch: [Int], _ scanner: inout TextScanner
  ) throws(Diagnostic) -> (rows: Int, columns: Int, layout: Contraction.Layout) {
    let place = scanner
    let extents = try scanner.list("an extent")
    guard extents.count == 2 else { throw place.expected("rows and columns") }
    let (rows, columns) = (extents[0], extents[1])
    if scanner.comes("by") { return (rows, columns, try strides(batch, &scanner)) }
    let isTransposed = scanner.accepts("ᵀ")
    return (
      rows, columns,
      isTransposed
        ? .transposed(batch: batch, rows: rows, columns: columns)
        : .dense(batch: batch, rows: rows, columns: columns)
    )
  }

  private static func strides(
    _ batch: [Int], _ scanner: inout TextScanner
  ) throws(Diagnostic) -> Contraction.Layout {
    try scanner.expect("by")
    let place = scanner
    let strides = try scanner.list("a stride")
    guard strides.count == batch.count + 2 else {
      throw place.expected("\(batch.count + 2) strides")
    }
    return Contraction.Layout(
      batchStrides: Array(strides.dropLast(2)), rowStride: strides[batch.count],
      columnStride: strides[batch.count + 1])
  }
}
