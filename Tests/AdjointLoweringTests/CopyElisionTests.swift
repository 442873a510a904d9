import AdjointAutodiff
import AdjointCore
import AdjointGraph
import AdjointKernels
import AdjointLowering
import AdjointOperators
import AdjointPasses
import Testing

@Suite("Copies fused into contractions")
struct CopyElisionTests {
  private let builder = GraphBuilder("sample")

  private static var without: LoweringOptions {
    var options = LoweringOptions()
    options.pipeline = .standard.without(.copyElision)
    return options
  }

  private func lowered() throws -> (plan: Plan, fusions: FusionReport, graph: Graph) {
    let graph = try builder.build()
    try PlanComparison.expectEqual(graph)
    let (plan, fusions) = try graph.loweredWithFusionReport()
    return (plan.plan, fusions, graph)
  }

  /// The kernels in the order of the steps.
  private func text(_ plan: Plan) -> [String] {
    plan.steps.map { KernelPrinter.lines(plan.kernels[$0.kernel]).joined(separator: "; ") }
  }

  /// The steps that only move elements.
  private func copyCount(_ plan: Plan) -> Int {
    plan.steps.count { step in
      guard case .loopNest(let nest) = plan.kernels[step.kernel] else { return false }
      return nest.program.steps.count == 1 && !nest.isReduction && nest.inputs.count == 1
    }
  }

  /// `[rows, heads · width]` as `[heads, rows, width]`.
  private func heads(_ value: Value, _ count: Int) throws -> Value {
    let extents = try value.type.boundExtents()
    return value.reshaped(to: Shape(extents: [extents[0], count, extents[1] / count]))
      .transposed(permutation: [1, 0, 2])
  }

  @Test("heads of rows are multiplied as they lie, and stored beside one another")
  func headsInPlace() throws {
    let (x, y) = (builder.input("x", .f32, [5, 12]), builder.input("y", .f32, [5, 12]))
    let side = DotGeneral.Side(batch: [0], contract: [2])
    let scores = try builder.apply(
      DotGeneral(left: side, right: side), [heads(x, 3), heads(y, 3)])
    let mixed = try matmul(scores, heads(x, 3)).transposed(permutation: [1, 0, 2])
    builder.output("z", mixed.reshaped(to: [5, 12]))
    let (plan, fusions, graph) = try lowered()
    #expect(
      text(try graph.lowered(Self.without).plan) == [
        "loop[3, 5, 4] a: f32[5, 3, 4] -> r0: f32[3, 5, 4], r1: f32[3, 5, 4]; "
          + "r0[i, j, k] = a[j, i, k]; r1[i, j, k] = a[j, i, k]",
        "loop[3, 5, 4] a: f32[5, 3, 4] -> r0: f32[3, 5, 4]; r0[i, j, k] = a[j, i, k]",
        "contraction f32 3 × [5, 4] · [4, 5]ᵀ",
        "contraction f32 3 × [5, 5] · [5, 4]",
        "loop[5, 3, 4] a: f32[3, 5, 4] -> r0: f32[5, 3, 4]; r0[i, j, k] = a[j, i, k]",
      ])
    #expect(
      text(plan) == [
        "contraction f32 3 × [5, 4] by [4, 12, 1] · [4, 5] by [4, 1, 12]",
        "contraction f32 3 × [5, 5] · [5, 4] by [4, 12, 1] → by [4, 12, 1]",
      ])
    #expect(
      FusionReportPrinter.text(fusions, of: graph) == """
        2 contractions, 2 with something fused into them: 2400 bytes a run that are neither written nor read

        step 0: f32 3 × [5, 4] · [4, 5]  %4
          fuses   the right operand as it lies, transposed: 480 bytes
          fuses   %1 (the left operand read through its strides): 480 bytes
          fuses   %3 (the right operand read through its strides): 480 bytes

        step 1: f32 3 × [5, 5] · [5, 4]  %7
          fuses   %6 (the right operand read through its strides): 480 bytes
          fuses   %8 (the result stored through its strides): 480 bytes

        """)
  }

  @Test("what a copy's readers share is saved once")
  func severalReaders() throws {
    let x = builder.input("x", .f32, [5, 12])
    let own = try heads(x, 3)
    let side = DotGeneral.Side(batch: [0], contract: [2])
    let scores = builder.apply(DotGeneral(left: side, right: side), [own, own])
    builder.output("scores", scores)
    builder.output("mixed", matmul(scores, own))
    let (plan, fusions, _) = try lowered()
    #expect(plan.launchCount == 2)
    #expect(
      fusions.entries.map { $0.fused.last?.fusion } == [.copy([.left, .right]), .copy([.right])])
    #expect(fusions.entries.map { $0.fused.last?.savedByteCount } == [480, 0])
  }

  @Test("a training step of an attention has no copies", arguments: [1, 2])
  func attention(batch: Int) throws {
    let (count, width, headCount) = (6, 8, 2)
    let x = builder.input("x", .f32, Shape(extents: [batch, count, width]))
    let weights = ["query", "key", "value", "output"].map {
      builder.parameter($0, .f32, Shape(extents: [width, width]))
    }
    let split = Shape(extents: [batch, count, headCount, width / headCount])
    let parts = weights.prefix(3).map { weight in
      matmul(x, weight).reshaped(to: split).transposed(permutation: [0, 2, 1, 3])
    }
    let side = DotGeneral.Side(batch: [0, 1], contract: [3])
    let scores = builder.apply(DotGeneral(left: side, right: side), [parts[0], parts[1]])
    let mixed = matmul(softmax(scores), parts[2])
      .transposed(permutation: [0, 2, 1, 3]).reshaped(to: x.shape)
    let difference = matmul(mixed, weights[3]) - x
    let loss = (difference * difference).sum(squeezingAxes: [0, 1, 2])
    for (weight, gradient) in zip(weights, gradients(of: loss, withRespectTo: weights)) {
      builder.update(weight, to: weight - 0.1 * gradient)
    }
    builder.output("loss", loss)
    let graph = try Pipeline.compilation(builder.build())
    try PlanComparison.expectEqual(graph)
    let before = try graph.lowered(Self.without).plan
    let plan = try graph.lowered().plan
    // With one sequence, half of the products read their operands as they lie already.
    #expect(copyCount(before) == (batch == 1 ? 4 : 8))
    #expect(copyCount(plan) == 0)
    #expect(plan.launchCount == before.launchCount - copyCount(before))
    #expect(plan.contractionCount == before.contractionCount)
  }

  @Test("a copy that something else needs stays, and the ledger says what")
  func neededElsewhere() throws {
    let x = builder.input("x", .f32, [5, 12])
    let y = builder.input("y", .f32, [3, 4, 6])
    let own = try heads(x, 3)
    builder.output("z", matmul(own, y))
    builder.output("own", own)
    let (plan, fusions, _) = try lowered()
    #expect(plan.launchCount == 2)
    let copy = FusionReport.Source.node(3)
    #expect(fusions.entries[0].rejected.map(\.reason) == [.isOutput(copy)])
  }

  @Test("a copy that a gather reads as well stays")
  func readElsewhere() throws {
    let x = builder.input("x", .f32, [5, 12])
    let y = builder.input("y", .f32, [3, 4, 6])
    let own = try heads(x, 3)
    builder.output("z", matmul(own, y))
    builder.output("some", own.gathered(at: builder.input("at", .i32, [2]), axis: 0))
    let (plan, fusions, _) = try lowered()
    #expect(plan.launchCount == 3)
    guard case .isRead(.node(3), by: _)? = fusions.entries[0].rejected.first?.reason else {
      Issue.record("\(fusions)")
      return
    }
  }

  @Test("rows without one stride are copied")
  func noStrides() throws {
    let x = builder.input("x", .f32, [3, 5, 4])
    let w = builder.input("w", .f32, [12, 6])
    // Rows of 12 that are 3 times 4 far apart.
    let rows = x.transposed(permutation: [1, 0, 2]).reshaped(to: [5, 12])
    builder.output("z", matmul(rows, w))
    let (plan, fusions, graph) = try lowered()
    #expect(plan.launchCount == 2)
    #expect(fusions.entries[0].rejected.map(\.reason) == [.noStrides])
    #expect(
      FusionReportPrinter.text(fusions, of: graph).contains(
        "rejects %0: no strides of a matrix stand for it"))
  }

  @Test("a parameter that gets a next value is read by its copy")
  func updatedParameter() throws {
    let w = builder.parameter("w", .f32, [5, 12])
    let y = builder.input("y", .f32, [3, 4, 6])
    try builder.output("z", matmul(heads(w, 3), y))
    builder.update(w, to: 0.5 * w)
    let (plan, fusions, _) = try lowered()
    #expect(plan.launchCount == 3)
    #expect(fusions.entries[0].rejected.map(\.reason) == [.overwrites(.port("w"))])
  }

  @Test("a product with an epilogue keeps its rows; the next one reads them")
  func epilogue() throws {
    let x = builder.input("x", .f32, [5, 7])
    let w = builder.input("w", .f32, [7, 12])
    let y = builder.input("y", .f32, [3, 4, 6])
    let activated = tanh(matmul(x, w))
    builder.output("activated", activated)
    try builder.output("z", matmul(heads(activated, 3), y))
    let (plan, fusions, _) = try lowered()
    #expect(plan.launchCount == 2)
    #expect(fusions.entries[1].fused.last?.fusion == .copy([.left]))
  }

  @Test("products of values in any order compute what the graph does")
  func anyOrder() throws {
    var saved = 0
    for seed in 0..<80 as Range<UInt64> {
      let graph = try Self.randomProducts(seed)
      try PlanComparison.expectEqual(graph, runs: 1, seed: seed)
      let (before, after) = (try graph.lowered(Self.without).plan, try graph.lowered().plan)
      #expect(after.launchCount <= before.launchCount)
      saved += before.launchCount - after.launchCount
    }
    #expect(saved >= 50)
  }

  /// Products between transposes and reshapes at random.
  private static func randomProducts(_ seed: UInt64) throws -> Graph {
    let random = CounterBasedRandom(seed: seed, stream: 3)
    var counter: UInt64 = 0
    func below(_ limit: Int) -> Int {
      counter += 1
      return Int(random.bits(at: counter).0 % UInt64(limit))
    }
    func order(_ rank: Int) -> [Int] {
      // Neighbours changing places a few times: seldom all axes at once.
      var order = Array(0..<rank)
      for _ in 0..<below(4) {
        let axis = below(rank - 1)
        order.swapAt(axis, axis + 1)
      }
      return order
    }
    let builder = GraphBuilder("random")
    let sizes = (0..<5).map { _ in [1, 2, 3, 4][below(4)] }
    /// A value of these extents that was read in another order, or the last axes of which were one.
    func operand(_ name: String, _ extents: [Int]) throws -> Value {
      let permutation = order(extents.count)
      var own = extents
      for (place, axis) in permutation.enumerated() { own[axis] = extents[place] }
      let flat = builder.input(name, .f32, Shape(extents: [own.reduce(1, *)]))
      return flat.reshaped(to: Shape(extents: own)).transposed(permutation: permutation)
    }
    let joins = below(3) == 0
    let batch = joins ? [sizes[0] * sizes[1]] : [sizes[0], sizes[1]]
    var left = try operand("x", [sizes[0], sizes[1], sizes[2], sizes[3]])
    var right = try operand("y", [sizes[0], sizes[1], sizes[3], sizes[4]])
    if joins {
      left = left.reshaped(to: Shape(extents: batch + [sizes[2], sizes[3]]))
      right = right.reshaped(to: Shape(extents: batch + [sizes[3], sizes[4]]))
    }
    var product = matmul(left, right)
    if below(3) == 0 { product = relu(product) }
    let rank = batch.count + 2
    let turned = product.transposed(permutation: order(rank))
    builder.output("turned", below(2) == 0 ? turned : tanh(turned))
    if below(2) == 0 {
      let extents = try turned.type.boundExtents()
      let weight = builder.input("w", .f32, Shape(extents: [extents[rank - 1], 3]))
      builder.output("next", matmul(turned, weight))
    }
    return try builder.build()
  }
}
