import AdjointCore
import AdjointGraph
import AdjointKernels
import AdjointLowering
import AdjointOperators
import Testing

@Suite("Long sums over rows")
struct SplitKTests {
  /// The kernels of `w − xᵀ·d / 2`, in the order of the steps.
  private func kernels(
    rows: Int, _ left: Int, _ right: Int, _ options: LoweringOptions = LoweringOptions()
  ) throws -> [String] {
    let builder = GraphBuilder("gradient")
    let rowsFirst = DotGeneral.Side(batch: [], contract: [0])
    let gradient = try builder.apply(
      DotGeneral(left: rowsFirst, right: rowsFirst),
      [
        builder.input("x", .f32, [.fixed(rows), .fixed(left)]),
        builder.input("d", .f32, [.fixed(rows), .fixed(right)]),
      ])
    let w = try builder.parameter("w", .f32, [.fixed(left), .fixed(right)])
    try builder.update(w, to: w - gradient * 0.5)
    let plan = try builder.build().lowered(options)
    return plan.steps.map {
      KernelPrinter.lines(plan.kernels[$0.kernel]).joined(separator: "; ")
    }
  }

  @Test("a weight's gradient of many examples is two products, which the weight's update adds")
  func halves() throws {
    #expect(
      try kernels(rows: 512, 128, 64) == [
        "contraction f32 2 × [128, 256]ᵀ · [256, 64]",
        "loop[128, 64]; r0[i, j] = subtract(a[i, j], multiply(add(b[0, i, j], b[1, i, j]), 0.5))",
      ])
    var options = LoweringOptions()
    options.splitsInner = false
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
}
