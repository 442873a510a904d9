import AdjointCore
import AdjointGraph
import AdjointKernels
import AdjointLowering
import AdjointOperators
import Testing

@Suite("Products cut along their inner dimension")
struct SplitInnerTests {
  private func lines(_ plan: Plan) -> [String] {
    plan.steps.map { KernelPrinter.lines(plan.kernels[$0.kernel]).joined(separator: "; ") }
  }

  /// The kernels of `w − xᵀ·d / 2`, in the order of the steps.
  private func kernels(
    rows: Int, _ left: Int, _ right: Int, _ options: LoweringOptions = LoweringOptions()
  ) throws -> [String] {
    let builder = GraphBuilder("gradient")
    let rowsFirst = DotGeneral.Side(batch: [], contract: [0])
    let gradient = builder.apply(
      DotGeneral(left: rowsFirst, right: rowsFirst),
      [
        builder.input("x", .f32, [rows, left]),
        builder.input("d", .f32, [rows, right]),
      ])
    let w = builder.parameter("w", .f32, [left, right])
    builder.update(w, to: w - gradient * 0.5)
    return lines(try builder.build().lowered(options).plan)
  }

  @Test("a weight's gradient of many examples is two products, which the weight's update adds")
  func halves() throws {
    #expect(
      try kernels(rows: 512, 128, 64) == [
        "contraction f32 2 × [128, 256]ᵀ · [256, 64]",
        "loop[128, 64] a: f32[128, 64], b: f32[2, 128, 64] -> r0: f32[128, 64]; "
          + "r0[i, j] = subtract(a[i, j], multiply(add(b[0, i, j], b[1, i, j]), 0.5))",
      ])
    var options = LoweringOptions()
    options.pipeline = .standard.without(.splitInner)
    #expect(
      try kernels(rows: 512, 128, 64, options) == [
        "contraction f32 -0.5 · [128, 512]ᵀ · [512, 64] + c"
      ])
  }

  @Test(
    "products that are small, give much, or have an odd number of rows stay whole",
    arguments: [(512, 32, 64), (128, 784, 512), (513, 128, 64)])
  func whole(rows: Int, left: Int, right: Int) throws {
    #expect(
      try kernels(rows: rows, left, right) == [
        "contraction f32 -0.5 · [\(left), \(rows)]ᵀ · [\(rows), \(right)] + c"
      ])
  }

  /// How a product has its right operand.
  enum Matrix: Sendable {
    /// A parameter that is updated; `transposed` lies with rows and columns exchanged.
    case updated, transposed
    /// A parameter that nothing else reads.
    case fixed
  }

  /// The kernels of `relu(x·w)`, without those of w's update.
  private func kernels(
    product extents: (rows: Int, inner: Int, columns: Int), with matrix: Matrix
  ) throws -> [String] {
    let builder = GraphBuilder("product")
    let (rows, inner, columns) = extents
    let x = builder.input("x", .f32, [rows, inner])
    let shape: Shape =
      matrix == .transposed ? [columns, inner] : [inner, columns]
    let w = builder.parameter("w", .f32, shape)
    let product = DotGeneral(
      left: .init(batch: [], contract: [1]),
      right: .init(batch: [], contract: [matrix == .transposed ? 1 : 0]))
    builder.output("y", relu(builder.apply(product, [x, w])))
    if matrix != .fixed { builder.update(w, to: w * 0.5) }
    return lines(try builder.build().lowered().plan).filter { !$0.contains("0.5") }
  }

  @Test("a product of few rows with a large matrix is several products, which what reads it adds")
  func fewRows() throws {
    #expect(
      try kernels(product: (32, 784, 512), with: .updated) == [
        "contraction f32 2 × [32, 392] by [392, 784, 1] · [392, 512]",
        "loop[32, 512] a: f32[2, 32, 512] -> r0: f32[32, 512]; "
          + "t0 = add(a[0, i, j], a[1, i, j]); "
          + "r0[i, j] = select(lessOrEqual(t0, 0.0), 0.0, t0)",
      ])
  }

  @Test(
    "a longer sum has as many parts as are worth a core each and leave little beside what they read"
  )
  func parts() throws {
    // 2²⁷ multiplications of operands that have 576 times the elements of the result: the parts' results have a
    // sixteenth of them at most.
    let kernels = try kernels(product: (32, 16_384, 256), with: .updated)
    #expect(kernels.first == "contraction f32 32 × [32, 512] by [512, 16384, 1] · [512, 256]")
  }

  @Test(
    "products of many rows, of little to sum, or with a matrix that stays in columns are whole",
    arguments: [
      ((512, 512, 256), .updated), ((256, 2048, 128), .updated), ((32, 32, 8192), .updated),
      ((32, 784, 512), .transposed),
      ((32, 784, 512), Matrix.fixed),
    ])
  func whole(extents: (Int, Int, Int), matrix: Matrix) throws {
    #expect(try kernels(product: extents, with: matrix).count == 1)
  }
}
