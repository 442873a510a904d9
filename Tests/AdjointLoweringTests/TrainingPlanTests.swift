import AdjointCore
import AdjointGraph
import AdjointKernels
import AdjointLowering
import AdjointOperators
import Testing

@Suite("Plans of training steps")
struct TrainingPlanTests {
  @Test("compute what the graph does", arguments: [false, true])
  func sameBits(momentum: Bool) throws {
    try PlanComparison.expectEqual(
      TrainingGraph.classifier(batch: 4, sizes: [6, 5, 4, 3], momentum: momentum))
  }

  @Test("need at most a twentieth more than the lower bound", arguments: [1, 32, 128])
  func nearLowerBound(batch: Int) throws {
    for momentum in [false, true] {
      let plan = try TrainingGraph.classifier(
        batch: batch, sizes: [784, 512, 256, 10], momentum: momentum
      ).lowered().plan
      #expect(plan.arenaByteCount >= plan.lowerBoundByteCount)
      #expect(Double(plan.arenaByteCount) <= 1.05 * Double(plan.lowerBoundByteCount))
    }
  }

  @Test("stay near the lower bound in a deep network")
  func deep() throws {
    let sizes = Array(repeating: 32, count: 64) + [10]
    let plan = try TrainingGraph.classifier(batch: 32, sizes: sizes).lowered().plan
    #expect(Double(plan.arenaByteCount) <= 1.05 * Double(plan.lowerBoundByteCount))
    // A layer is a product with its ReLU, and backward a masked product, a sum, a product that updates the
    // weights, and the update of the bias.
    #expect(plan.contractionCount == 64 * 3 - 1)
    #expect(plan.launchCount <= 64 * 5 + 10)
  }

  @Test("write every parameter in place, right after its gradient")
  func updates() throws {
    let plan = try TrainingGraph.classifier(batch: 8, sizes: [16, 12, 4]).lowered().plan
    var updated: Set<BufferNumber> = []
    for buffer in plan.buffers {
      if case .inPlace(let other) = buffer.role, plan.buffers[other].role == .parameter {
        updated.insert(other)
      }
    }
    #expect(updated == Set(plan.parameters.map(\.buffer)))
    // The last weight matrix is free to change before the first one's gradient is computed.
    let last = try #require(plan.parameters.first { $0.name == "w1" })
    let writer = try #require(
      plan.steps.firstIndex { step in
        step.results.contains { plan.buffers[$0].role == .inPlace(of: last.buffer) }
      })
    let product = try #require(
      plan.steps.lastIndex { step in
        if case .contraction = plan.kernels[step.kernel] { true } else { false }
      })
    #expect(writer < product)
  }

  @Test("are printed as text")
  func text() throws {
    let builder = GraphBuilder("step")
    let x = builder.input("x", .f32, [4, 3])
    let w = builder.parameter("w", .f32, [3, 2])
    let error = (matmul(x, w) - 1).named("error")
    builder.output("loss", (error * error).sum())
    let slope = builder.apply(
      DotGeneral(left: .init(contract: [0]), right: .init(contract: [0])), [x, error])
    builder.update(w, to: w - 0.5 * slope)
    let text = PlanPrinter.text(try builder.build().lowered().plan)
    #expect(
      text == """
        plan 1
        3 steps (2 contractions), 3 different kernels
        arena 256 bytes, lower bound 256 bytes (0.0 % above)

        kernels
          k0 contraction f32 [4, 3] · [3, 2]
            then[1, 4, 2] p: f32[1, 4, 2] -> r0: f32[1, 4, 2]
            r0[i, j, k] = subtract(p[i, j, k], 1.0)
          k1 contraction f32 -0.5 · [3, 4]ᵀ · [4, 2] + c
          k2 loop[4, 2] a: f32[4, 2] -> r0: f32[]
            r0[] += multiply(a[i, j], a[i, j])

        steps
          0: b2 = k0(b0, b1)  %0 %2 %error
          1: b3 = k1(b0, b2, b1)  %5 %7 %8 %9
          2: b4 = k2(b2)  %3 %4

        buffers
          b0 f32[4, 3] at 0, 48 bytes, input x
          b1 f32[3, 2] at 64, 24 bytes, parameter w
          b2 f32[4, 2] at 128, 32 bytes, live 0–2
          b3 f32[3, 2] at 64, 24 bytes, live 1–end, the next w, in place of b1
          b4 f32[] at 192, 4 bytes, live 2–end

        outputs
          loss = b4

        """, "\(text)")
  }

  @Test("are made of a chain of 100,000 element-wise nodes")
  func longChain() throws {
    let builder = GraphBuilder("chain")
    let x = builder.input("x", .f32, [3])
    var y = x
    for number in 0..<100_000 { y = number % 2 == 0 ? sin(y) : y * x }
    builder.output("y", y)
    let plan = try builder.build().lowered().plan
    #expect(plan.launchCount < 2_000)
    #expect(plan.kernels.count < 10)
    #expect(plan.arenaByteCount == plan.lowerBoundByteCount)
  }

  @Test("with many buffers are packed without the quadratic strategy")
  func manyBuffers() throws {
    let builder = GraphBuilder("many")
    let x = builder.input("x", .f32, [4, 4])
    var y = x
    for number in 0..<6_000 {
      y = matmul(y, x)
      if number % 1_000 == 0 { builder.output("y\(number)", y) }
    }
    builder.output("y", y)
    let plan = try builder.build().lowered().plan
    #expect(plan.launchCount == 6_000)
    #expect(plan.arenaByteCount == plan.lowerBoundByteCount)
  }

  @Test("that do not fit are refused")
  func tooLarge() throws {
    let builder = GraphBuilder("large")
    let x = builder.input("x", .f64, [1_000_000])
    let y = matmul(x.reshaped(to: [1_000_000, 1]), x.reshaped(to: [1, 1_000_000]))
    builder.output("y", y)
    let graph = try builder.build()
    var options = LoweringOptions()
    options.byteLimit = 1 << 40
    let refused = #expect(throws: Diagnostic.self) { try graph.lowered(options) }
    #expect(refused?.code == .memoryLimit)
    #expect(try graph.lowered().plan.arenaByteCount > 1 << 40)
    let huge = GraphBuilder("huge")
    // Each of them is as large as a value may be, and together they have 2⁶³ bytes.
    for number in 0..<(1 << 15) {
      let x = huge.input("x\(number)", .f64, [1 << 45])
      if number == 0 { huge.output("y", x * 2) }
    }
    let overflow = #expect(throws: Diagnostic.self) { try huge.build().lowered() }
    #expect(overflow?.code == .memoryLimit)
  }

  @Test("need every dimension bound")
  func unbound() throws {
    let builder = GraphBuilder("unbound")
    builder.output("y", builder.input("x", .f32, ["B", 3]) * 2)
    let refused = #expect(throws: Diagnostic.self) { try builder.build().lowered() }
    #expect(refused?.code == .unboundDimension)
    #expect(refused?.node == "x")
  }
}
