import AdjointCore
import AdjointGraph
import AdjointKernels
import AdjointLowering
import AdjointOperators
import TestSupport
import Testing

/// Partners are found by what they pass to each other or share, however many other steps lie between.
@Suite("Partners far apart")
struct DistantPartnersTests {
  private let builder = GraphBuilder("distant")
  private static let othersCount = 20

  /// Reductions that share nothing with anything.
  private func addOthers() {
    for number in 0..<Self.othersCount {
      let z = builder.input("z\(number)", .f32, Shape(extents: [3 + number, 2]))
      builder.output("other\(number)", z.max())
    }
  }

  /// What is left of the launches beside those of the others.
  private func launchCount(_ options: LoweringOptions = LoweringOptions()) throws -> Int {
    try builder.build().lowered(options).plan.launchCount - Self.othersCount
  }

  @Test("rows pass to each other across any number of steps")
  func rows() throws {
    let x = builder.input("x", .f32, [20, 9])
    let shifted = x - x.max(alongAxes: 1)
    addOthers()
    builder.output("y", exp(shifted).sum(squeezingAxes: 1))
    try PlanComparison.expectEqual(builder.build())
    #expect(try launchCount() == 1)
  }

  @Test("nests that read the same value are one nest across any number of steps")
  func siblings() throws {
    let x = builder.input("x", .f32, [8, 8])
    builder.output("sum", x.sum())
    addOthers()
    builder.output("largest", x.max())
    try PlanComparison.expectEqual(builder.build())
    #expect(try launchCount() == 1)
  }

  @Test("a nest with a large result moves across nests, not across other kernels")
  func kept() throws {
    let x = builder.input("x", .f32, [100, 100])
    let w = builder.input("w", .f32, [100, 100])
    builder.output("a", x + 1)
    builder.output("product", matmul(w, w))
    builder.output("b", x + 2)
    // The results of 40,000 bytes are in no nearest cache.
    #expect(try builder.build().lowered().plan.launchCount == 3)
    let others = GraphBuilder("freed")
    let y = others.input("y", .f32, [100, 100])
    let v = others.input("v", .f32, [100, 100])
    others.output("a", y + 1)
    addSmallReduction(to: others)
    others.output("b", y + 2)
    others.output("product", matmul(v, v))
    #expect(try others.build().lowered().plan.launchCount == 3)
  }

  private func addSmallReduction(to builder: GraphBuilder) {
    builder.output("small", builder.input("z", .f32, [5, 2]).max())
  }

  @Test("products with vectors share their matrix across any number of steps")
  func matrices() throws {
    let x = builder.input("x", .f32, [1_024, 32])
    let error: Value =
      matmul(x, builder.input("weight", .f32, [32])) - builder.input("target", .f32, [1_024])
    addOthers()
    builder.output("slope", matmul(error, x))
    var options = LoweringOptions()
    options.cacheByteCount = 1 << 16
    #expect(try builder.build().lowered(options).plan.contractionCount == 0)
    // Both products in blocks of rows, and the sum of what each block leaves.
    #expect(try launchCount(options) == 2)
  }
}
