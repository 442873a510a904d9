import AdjointCodegen
import AdjointCore
import AdjointKernels
import AdjointRuntime
import Foundation
import Synchronization
import TestSupport
import Testing

/// Generated products of matrices against plain loops, on whole numbers, of which sums are exact.
@Suite(.enabled(if: CodeGenerator.installed != nil)) struct ProductTests {
  /// Edges in both directions, one block of the inner dimension and several, and lines so far apart
  /// that operands are copied.
  struct Shape: Sendable, CustomTestStringConvertible {
    var rows: Int
    var columns: Int
    var inner: Int
    /// The elements from the start of a line of the left operand to the next, at least.
    var line = 0
    var batch = 1
    var testDescription: String { "\(batch) × \(rows) × \(columns) × \(inner), lines of \(line)" }
  }

  static let shapes = [
    Shape(rows: 5, columns: 3, inner: 2, batch: 3), Shape(rows: 14, columns: 32, inner: 1),
    Shape(rows: 15, columns: 35, inner: 50), Shape(rows: 29, columns: 70, inner: 450),
    Shape(rows: 16, columns: 140, inner: 448, line: 1024),
    Shape(rows: 16, columns: 140, inner: 460, line: 1024),
    Shape(rows: 97, columns: 170, inner: 455), Shape(rows: 4, columns: 16, inner: 770),
  ]

  private static let processors: [OtherProcessorTests.Processor?] =
    [nil] + OtherProcessorTests.processors

  private func numbers(_ count: Int, _ seed: UInt64) -> [Double] {
    let random = CounterBasedRandom(seed: seed)
    return (0..<count).map { Double(random.bits(at: UInt64($0)).0 % 9) - 4 }
  }

  private func layout(
    _ rows: Int, _ columns: Int, transposed: Bool, line: Int = 0
  ) -> Contraction.Layout {
    let line = max(line, transposed ? rows : columns)
    return Contraction.Layout(
      batchStride: line * (transposed ? columns : rows), rowStride: transposed ? 1 : line,
      columnStride: transposed ? line : 1)
  }

  private func reference(
    _ product: Contraction, _ left: [Double], _ right: [Double], _ addend: [Double]
  ) -> [Double] {
    var results: [Double] = []
    for batch in 0..<product.batch {
      for row in 0..<product.rows {
        for column in 0..<product.columns {
          var sum = 0.0
          let a = batch * product.left.batchStrides[0] + row * product.left.rowStride
          let b = batch * product.right.batchStrides[0] + column * product.right.columnStride
          for step in 0..<product.inner {
            sum +=
              left[a + step * product.left.columnStride] * right[b + step * product.right.rowStride]
          }
          let old = product.addendScale.map { $0 * addend[results.count] } ?? 0
          results.append(product.scale * sum + old)
        }
      }
    }
    return results
  }

  /// Runs a product over a result that holds NaN.
  private func check(_ product: Contraction, with compiler: KernelCompiler) throws {
    let type = product.scalarType
    let left = numbers(product.batch * product.left.batchStrides[0], 1)
    let right = numbers(product.batch * product.right.batchStrides[0], 2)
    let count = product.batch * product.rows * product.columns
    let addend = product.addendScale == nil ? [] : numbers(count, 3)
    let operands = try ([left, right] + (addend.isEmpty ? [] : [addend])).map {
      try Tensor(Tensor.Storage(casting: $0, as: type), extents: [$0.count])
    }
    let plan = SinglePlan(
      .contraction(product), operands: operands.map(\.type),
      results: [TensorType(type, extents: [product.batch, product.rows, product.columns])],
      as: .parameters)
    let found = try plan.run(operands, with: compiler)[0].doubles
    #expect(found == reference(product, left, right, addend), "\(product)")
  }

  @Test(arguments: shapes, [ScalarType.f32, .f64])
  func everyEdgeAndOrder(shape: Shape, type: ScalarType) throws {
    for processor in Self.processors {
      // Each product in a compiler of its own: what is known of others does not help it.
      guard
        let compiler = processor == nil
          ? CodeGenerator.installed.map({ KernelCompiler($0) }) : processor?.compiler
      else { continue }
      for mask in 0..<4 {
        var product = Contraction(
          type, batch: shape.batch, rows: shape.rows, columns: shape.columns, inner: shape.inner,
          left: layout(
            shape.rows, shape.inner, transposed: mask & 1 != 0, line: shape.line),
          right: layout(shape.inner, shape.columns, transposed: mask & 2 != 0))
        product.scale = [1, -0.5][mask & 1]
        product.addendScale = [nil, 1, 0.5, nil][mask]
        try check(product, with: compiler)
        product.addendScale = [0.5, nil, 1, 1][mask]
        try check(product, with: compiler)
      }
    }
  }

  /// A right operand larger than what passes at once, packed and in place, by one thread and by several.
  ///
  /// Both operands are a column times a row, so that the product is known without summing.
  @Test(arguments: [
    Shape(rows: 98, columns: 1100, inner: 131), Shape(rows: 5, columns: 4200, inner: 65),
    Shape(rows: 1500, columns: 1100, inner: 130),
    Shape(rows: 40, columns: 1100, inner: 131, line: 1024),
  ])
  func panelsInSeveralPasses(shape: Shape) throws {
    let line = max(shape.line, shape.inner)
    let (a, b) = (numbers(shape.rows, 1), numbers(shape.inner, 2))
    let (c, d) = (numbers(shape.inner, 3), numbers(shape.columns, 4))
    let product = Contraction(
      .f32, batch: 1, rows: shape.rows, columns: shape.columns, inner: shape.inner,
      left: layout(shape.rows, shape.inner, transposed: false, line: line),
      right: layout(shape.inner, shape.columns, transposed: false))
    let padding = Array(repeating: 9.0, count: line - shape.inner)
    let operands = try [
      a.flatMap { x in b.map { x * $0 } + padding }, c.flatMap { x in d.map { x * $0 } },
    ]
    .map { try Tensor(Tensor.Storage(casting: $0, as: .f32), extents: [$0.count]) }
    let plan = SinglePlan(
      .contraction(product), operands: operands.map(\.type),
      results: [TensorType(.f32, extents: [shape.rows, shape.columns])])
    let inner = zip(b, c).reduce(0) { $0 + $1.0 * $1.1 }
    let wanted = a.flatMap { x in d.map { x * inner * $0 } }
    for threads in 1...3 {
      #expect(try plan.run(operands, threads: threads)[0].doubles == wanted, "\(threads) threads")
    }
  }

  @Test func productsOfAModuleShareTheirTiles() throws {
    let generator = try #require(CodeGenerator.installed)
    // Rows of one vector in three widths: the same tile, read and written with other strides.
    let kernels = [2, 3, 5].map { vectors in
      let columns = vectors * MachineModel.reference.vectorByteCount / 4 * 2
      return Kernel.contraction(
        Contraction(
          .f32, batch: 1, rows: 4, columns: columns, inner: 30,
          left: layout(4, 30, transposed: false), right: layout(30, columns, transposed: false)))
    }
    let texts = TextLog()
    let compiler = KernelCompiler(
      generator,
      emit: { (text) throws(Diagnostic) in
        texts.add(text)
        return try generator.compile(text, to: .object)
      })
    #expect(compiler.compile(kernels, for: .reference).count == 3)
    #expect(texts.all.count == 1)
    #expect(texts.all[0].components(separatedBy: "define void @kernel_").count == 1 + 3)
    #expect(texts.all[0].components(separatedBy: "define internal void @tile_").count == 1 + 1)
  }
}

/// The texts of modules that were compiled.
private final class TextLog: Sendable {
  private let texts = Mutex<[String]>([])

  func add(_ text: String) { texts.withLock { $0.append(text) } }
  var all: [String] { texts.withLock { $0 } }
}
