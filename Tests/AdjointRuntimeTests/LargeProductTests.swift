import AdjointCodegen
import AdjointCore
import AdjointKernels
import AdjointRuntime
import Testing

/// Products beyond 2²⁸ multiplications: generated code on some processors, the library on others.
///
/// Both operands are a column times a row of whole numbers, so that the product is known without summing.
@Suite struct LargeProductTests {
  struct Shape: Sendable, CustomTestStringConvertible {
    var rows: Int
    var columns: Int
    var inner: Int
    var leftTransposed = false
    var rightTransposed = false
    var addendScale: Double?
    var testDescription: String { "\(rows) × \(columns) × \(inner)" }
  }

  /// Blocks deeper and less deep, one that ends early, columns in several passes, and edges of tiles.
  static let shapes = [
    Shape(rows: 270, columns: 1100, inner: 1030),
    Shape(rows: 150, columns: 2100, inner: 1000, addendScale: 0.5),
    Shape(rows: 1100, columns: 1100, inner: 260, leftTransposed: true, addendScale: 1),
    Shape(rows: 130, columns: 1500, inner: 1500, rightTransposed: true),
  ]

  static let zen4 = OtherProcessorTests.Processor(
    name: "znver4",
    features: [
      "+avx", "+avx2", "+fma", "+bmi2", "+avx512f", "+avx512vl", "+avx512dq", "+avx512bw",
      "+prfchw",
    ], vectorByteCount: 64)

  private func numbers(_ count: Int, _ seed: UInt64) -> [Float] {
    let random = CounterBasedRandom(seed: seed)
    return (0..<count).map { Float(random.bits(at: UInt64($0)).0 % 9) - 4 }
  }

  /// Every product of an element of one and an element of the other, row by row.
  private func outer(_ column: [Float], _ row: [Float], times scale: Float = 1) -> [Float] {
    var elements = [Float](repeating: 0, count: column.count * row.count)
    for (i, x) in column.enumerated() {
      for (j, y) in row.enumerated() { elements[i * row.count + j] = scale * x * y }
    }
    return elements
  }

  private func layout(_ rows: Int, _ columns: Int, transposed: Bool) -> Contraction.Layout {
    Contraction.Layout(
      batchStride: 0, rowStride: transposed ? 1 : columns, columnStride: transposed ? rows : 1)
  }

  @Test(arguments: shapes) func isExact(shape: Shape) throws {
    let (a, b) = (numbers(shape.rows, 1), numbers(shape.inner, 2))
    let (c, d) = (numbers(shape.inner, 3), numbers(shape.columns, 4))
    var product = Contraction(
      .f32, batch: 1, rows: shape.rows, columns: shape.columns, inner: shape.inner,
      left: layout(shape.rows, shape.inner, transposed: shape.leftTransposed),
      right: layout(shape.inner, shape.columns, transposed: shape.rightTransposed))
    product.addendScale = shape.addendScale
    let left = shape.leftTransposed ? outer(b, a) : outer(a, b)
    let right = shape.rightTransposed ? outer(d, c) : outer(c, d)
    var wanted = outer(a, d, times: zip(b, c).reduce(0) { $0 + $1.0 * $1.1 })
    var elements = [left, right]
    if let scale = shape.addendScale {
      let addend = numbers(wanted.count, 5)
      elements.append(addend)
      for (i, x) in addend.enumerated() { wanted[i] += Float(scale) * x }
    }
    let operands = try elements.map { try Tensor(.f32($0), extents: [$0.count]) }
    let plan = SinglePlan(
      .contraction(product), operands: operands.map(\.type),
      results: [TensorType(.f32, extents: [shape.rows, shape.columns])])
    for threads in 1...3 {
      let isSame = try plan.run(operands, threads: threads)[0].floats == wanted
      #expect(isSame, "\(threads) threads")
    }
    let compiler = try Self.zen4.requiredCompiler()
    let isSame = try plan.run(operands, with: compiler)[0].floats == wanted
    #expect(isSame, "with the code for Zen 4")
  }
}
