import AdjointCore
import AdjointGraph
import AdjointKernels
import AdjointLowering
import AdjointOperators
import Testing

@Suite("Element-wise work fused into contractions")
struct EpilogueFusionTests {
  private let builder = GraphBuilder("sample")
  private let x: Value
  private let w: Value
  private let b: Value

  init() throws {
    x = builder.input("x", .f32, [4, 6])
    w = builder.parameter("w", .f32, [6, 3])
    b = builder.parameter("b", .f32, [3])
  }

  private func lowered() throws -> (plan: Plan, fusions: FusionReport) {
    let graph = try builder.build()
    try PlanComparison.expectEqual(graph)
    let (plan, fusions) = try graph.loweredWithFusionReport()
    return (plan.plan, fusions)
  }

  private func epilogue(_ plan: Plan, _ step: PlanStepNumber = 0) throws -> LoopNest? {
    guard case .contraction(let product) = plan.kernels[plan.steps[step].kernel] else { return nil }
    return product.epilogue
  }

  @Test("bias and activation go through the registers; the product is not stored")
  func layer() throws {
    builder.output("h", relu(matmul(x, w) + b))
    let (plan, fusions) = try lowered()
    #expect(plan.launchCount == 1)
    #expect(try epilogue(plan)?.outputs.count == 1)
    // 4 · 3 numbers of 4 bytes, written and read.
    #expect(fusions.fusedCount == 1)
    #expect(fusions.savedByteCount == 2 * 48)
    guard case .epilogue(let rows, let points) = fusions.entries[0].fused[0].fusion else {
      Issue.record("\(fusions)")
      return
    }
    #expect(rows == [.port("b")])
    #expect(points.isEmpty)
  }

  @Test("a product that something else reads is stored as well")
  func storedProduct() throws {
    let z = matmul(x, w)
    builder.output("h", tanh(z + b))
    builder.output("z", z)
    let (plan, fusions) = try lowered()
    #expect(plan.launchCount == 1)
    #expect(plan.steps[0].results.count == 2)
    #expect(fusions.savedByteCount == 48)
  }

  @Test("one step takes several nests, each of which reads what is at hand")
  func chain() throws {
    let z = matmul(x, w) + b
    let h = tanh(z)
    builder.output("z", z)
    builder.output("h", h)
    builder.output("y", h * z - exp(h))
    let (plan, _) = try lowered()
    #expect(plan.launchCount == 1)
    #expect(plan.steps[0].results.count == 3)
  }

  @Test("rows that were made of several axes are read as the axes they were")
  func views() throws {
    let deep = builder.input("deep", .f32, [2, 5, 6])
    let shift = builder.input("shift", .f32, [2, 5, 3])
    builder.output("y", (matmul(deep, w) + b) * shift)
    let (plan, _) = try lowered()
    #expect(plan.launchCount == 1)
    #expect(try epilogue(plan)?.extents == [1, 10, 3])
  }

  @Test("the gradient's mask goes into the product before it, its sum over rows does not")
  func mask() throws {
    let graph = try TrainingGraph.classifier(batch: 8, sizes: [16, 12, 4])
    try PlanComparison.expectEqual(graph)
    var plain = LoweringOptions()
    plain.pipeline = .standard.without(.epilogueFusion)
    let before = try graph.loweredWithFusionReport(plain).plan.plan
    let (verified, fusions) = try graph.loweredWithFusionReport()
    let plan = verified.plan
    #expect(plan.contractionCount == before.contractionCount)
    #expect(
      before.kernels.allSatisfy { kernel in
        if case .contraction(let product) = kernel { product.epilogue == nil } else { true }
      })
    #expect(before.launchCount == 10)
    #expect(plan.launchCount == 9)
    #expect(fusions.entries.count == 5)
    #expect(fusions.fusedCount == 4)
  }

  @Test("what is read elsewhere, or is not computed yet, stays apart, and the ledger says so")
  func refused() throws {
    let z = matmul(x, w)
    builder.output(
      "part",
      tanh(
        builder.apply(Slice([.init(axis: 0, start: 1, limit: 3, stride: 1)]), [z])))
    builder.output("turned", builder.apply(Transpose(permutation: [1, 0]), [z]) * 2)
    builder.output("rows", z.sum(alongAxes: [1]))
    let total = z.sum(squeezingAxes: [0, 1])
    builder.output("share", exp(z - total))
    let (plan, fusions) = try lowered()
    #expect(try epilogue(plan) == nil)
    let reasons = fusions.entries[0].rejected.map(\.reason)
    #expect(reasons.count == 5)
    let source = FusionReport.Source.node(fusions.entries[0].nodes[0])
    #expect(reasons.contains(.nonPointwiseLoad(source, .slice)))
    #expect(reasons.contains(.nonPointwiseLoad(source, .transpose)))
    #expect(reasons.contains(.isReduction))
    #expect(reasons.contains { if case .notYetAvailable = $0 { true } else { false } })
    #expect(fusions.savedByteCount == 0)
  }

  @Test("an update that the product would keep from its place stays apart")
  func updateOfWhatIsRead() throws {
    let v = builder.parameter("v", .f32, [4, 3])
    builder.update(v, to: v * tanh(matmul(x, w)))
    let (plan, fusions) = try lowered()
    #expect(plan.launchCount == 2)
    #expect(fusions.entries[0].rejected.map(\.reason) == [.overwrites(.port("v"))])
  }

  @Test("results of another type need one of the product's beside them")
  func otherTypes() throws {
    let z = matmul(x, w)
    builder.output("isPositive", z .> 0)
    let (plan, fusions) = try lowered()
    #expect(plan.launchCount == 2)
    #expect(fusions.entries[0].rejected.map(\.reason) == [.noResultOf(.f32)])
    // With the product it is taken in.
    builder.output("z", z)
    #expect(try lowered().plan.launchCount == 1)
  }

  @Test("of two products the later one takes what reads both")
  func twoProducts() throws {
    let other = matmul(builder.input("u", .f32, [4, 6]), w)
    builder.output("y", tanh(matmul(x, w) * other))
    let (plan, fusions) = try lowered()
    #expect(plan.launchCount == 2)
    #expect(fusions.entries.flatMap(\.rejected).count == 1)
    #expect(fusions.entries.flatMap(\.fused).count == 1)
  }

  @Test("sums that stay apart say why")
  func sums() throws {
    let v = builder.parameter("v", .f32, [4, 3])
    let shown = exp(v)
    builder.output("shown", shown)
    builder.output("sum", shown + matmul(x, w))
    var options = LoweringOptions()
    options.pipeline = .standard.without(.epilogueFusion)
    let (_, fusions) = try builder.build().loweredWithFusionReport(options)
    guard case .isOutput(.node)? = fusions.entries[0].rejected.first?.reason else {
      Issue.record("\(fusions)")
      return
    }
  }

  @Test("the report is printed as text")
  func text() throws {
    let graph = try TrainingGraph.classifier(batch: 4, sizes: [6, 5, 3], momentum: true)
    let text = FusionReportPrinter.text(try graph.loweredWithFusionReport().fusions, of: graph)
    #expect(
      text == """
        5 contractions, 4 with something fused into them: 1252 bytes a run that are neither written nor read

        step 0: f32 [4, 6] · [6, 5]  %0
          fuses   %1 %2 %4 %5 %6 (element by element with %b0 for every row): 80 bytes
          rejects %1 %2 %4 %5 %45: it goes into %43

        step 1: f32 [4, 5] · [5, 3]  %7
          rejects %8 %9 %10 %11 %12 %13 %14 %15: it is a reduction
          rejects %8 %9 %16: it is a reduction
          rejects %8 %9 %17 %19 … %24 %25 %26: %16 is not computed yet

        step 5: f32 [4, 3] · [3, 5]  %43
          fuses   the right operand as it lies, transposed: 120 bytes
          fuses   %1 %2 %4 %5 %45 (element by element with %b0 for every row, %0): 160 bytes
          rejects %46: it is a reduction

        step 6: f32 [5, 4] · [4, 3]  %44
          fuses   the left operand as it lies, transposed: 160 bytes
          fuses   %62 %63 %64 (update with 0.9 · %v2, in its place): 120 bytes
          fuses   %65 %66 %67 (element by element with %w1): 60 bytes

        step 8: f32 [6, 4] · [4, 5]  %47
          fuses   the left operand as it lies, transposed: 192 bytes
          fuses   %49 %50 %51 (update with 0.9 · %v0, in its place): 240 bytes
          fuses   %53 %54 %55 (element by element with %w0): 120 bytes

        """, "\(text)")
  }
}
