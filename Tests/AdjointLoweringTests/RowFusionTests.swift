import AdjointCore
import AdjointGraph
import AdjointKernels
import AdjointLowering
import AdjointOperators
import AdjointPasses
import TestSupport
import Testing

@Suite("Rows")
struct RowFusionTests {
  private let builder = GraphBuilder("rows")

  private func lowered(
    _ options: LoweringOptions = LoweringOptions()
  ) throws -> (plan: Plan, rows: RowFusionReport) {
    let graph = try Pass.compositeExpansion(builder.build())
    try PlanComparison.expectEqual(graph, runs: 1)
    let lowered = try graph.loweredWithLedgers(options)
    return (lowered.plan.plan, lowered.rows)
  }

  @Test("a softmax is one kernel, of which only the result reaches memory")
  func softmaxOfRows() throws {
    builder.output("y", softmax(builder.input("x", .f32, [20, 9])))
    let (plan, rows) = try lowered()
    #expect(plan.launchCount == 1)
    #expect(
      KernelPrinter.lines(plan.kernels[0]) == [
        "rows 20 (operands 1, results 1, l0: f32[20], l1: f32[180], l2: f32[20])",
        "loop[20 | 9] a: f32[20, 9] -> l0: f32[20]",
        "  l0[i] max= a[i, j]",
        "loop[20 | 9] a: f32[20, 9], l0: f32[20] -> l1: f32[20, 9], l2: f32[20]",
        "  t0 = exp(subtract(a[i, j], select(less(abs(l0[i]), inf), l0[i], 0.0)))",
        "  l1[i, j] = t0",
        "  l2[i] += t0",
        "loop[20 | 9] l1: f32[20, 9], l2: f32[20] -> r0: f32[20, 9]",
        "  r0[i, j] = divide(l1[i, j], l2[i])",
      ])
    #expect(plan.buffers.count == 2)
    // The maxima, the exponentials and their sums, written and read; x, read once more.
    #expect(rows.savedByteCount == 2 * 4 * (20 + 20 * 9 + 20) + 4 * 20 * 9)
    #expect(rows.groups.map(\.nestCount) == [3])
  }

  @Test("a layer norm and its derivative with respect to its operand are one kernel each")
  func layerNormOfRows() throws {
    let x = builder.input("x", .f32, [32, 16])
    let (scale, offset) = (
      builder.input("scale", .f32, [16]), builder.input("offset", .f32, [16])
    )
    let y = layerNorm(x, scale: scale, offset: offset)
    builder.output("y", y)
    #expect(try lowered().plan.launchCount == 1)
    let weight = builder.input("weight", .f32, [32, 16])
    let slopes = gradients(of: (y * weight).sum(), withRespectTo: [x])
    builder.output("slope", slopes[0])
    // Both passes go over the same rows, so they are one.
    #expect(try lowered().plan.launchCount == 1)
  }

  @Test(
    "cross-entropy of many rows with its gradient is one kernel and the sum of the rows' losses")
  func crossEntropyOfRows() throws {
    let logits = builder.input("logits", .f32, [64, 10])
    let labels = builder.input("labels", .i32, [64])
    let loss = crossEntropy(logits: logits, indices: labels)
    builder.output("loss", loss)
    builder.output("slope", gradients(of: loss, withRespectTo: [logits])[0])
    let (plan, rows) = try lowered()
    #expect(plan.launchCount <= 3, "\(PlanPrinter.text(plan))")
    #expect(rows.groups.count == 1)
  }

  @Test("a product with a vector stays one where the other waits for all of its result")
  func recurrentProducts() throws {
    // The sum of v is not there before all lines have been read.
    let w = builder.input("w", .f32, [256, 256])
    let u = matmul(w, builder.input("h", .f32, [256]))
    let v = matmul(w, tanh(u))
    builder.output("slope", matmul(v * v.sum(), w))
    var options = LoweringOptions()
    options.cacheByteCount = 1 << 17
    #expect(try builder.build().lowered(options).plan.contractionCount == 3)
    // A prime number of lines makes no blocks.
    let odd = GraphBuilder("odd")
    let x = odd.input("x", .f32, [1_009, 64])
    let error = tanh(matmul(x, odd.input("weight", .f32, [64])))
    odd.output("slope", matmul(error, x))
    #expect(try odd.build().lowered(options).plan.contractionCount == 2)
  }

  @Test("what the rows of a large value are read for is done while they are at hand")
  func readersOfTheSameRows() throws {
    let x = builder.input("x", .f32, [64, 300])
    builder.output(
      "picked", (x * builder.input("mask", .f32, [64, 300])).sum(squeezingAxes: [1]))
    builder.output("y", softmax(x))
    let (plan, rows) = try lowered()
    #expect(plan.launchCount == 1)
    #expect(
      KernelPrinter.lines(plan.kernels[0]).prefix(4) == [
        "rows 64 (operands 2, results 2, l0: f32[64], l1: f32[19200], l2: f32[64])",
        "loop[64 | 300] a: f32[64, 300], b: f32[64, 300] -> r0: f32[64], l0: f32[64]",
        "  r0[i] += multiply(a[i, j], b[i, j])",
        "  l0[i] max= a[i, j]",
      ])
    #expect(rows.groups.count == 1)
    // A value that stays in a cache in any case is no reason.
    let small = GraphBuilder("small")
    let few = small.input("x", .f32, [64, 100])
    small.output(
      "picked", (few * small.input("mask", .f32, [64, 100])).sum(squeezingAxes: [1]))
    small.output("y", softmax(few))
    #expect(try small.build().lowered().plan.launchCount == 2)
  }

  @Test("a sum of everything has a part that each row does for itself")
  func splitSum() throws {
    let x = builder.input("x", .f32, [600, 40])
    let y = softmax(x)
    builder.output("y", y)
    builder.output("total", (y * x).sum())
    // The order of the sum is another one, so the bits may be.
    let graph = try Pass.compositeExpansion(builder.build())
    let verified = try graph.lowered()
    let plan = verified.plan
    let input = ["x": try Tensor.random(.init(.f32, extents: [600, 40]), seed: 3)]
    var interpreter = try PlanInterpreter(verified)
    let found = try #require(try interpreter.run(input)["total"]?.scalar)
    let wanted = try #require(try GraphInterpreter.evaluate(graph, input).outputs["total"]?.scalar)
    #expect(abs(found - wanted) < 1e-5 * abs(wanted))
    #expect(plan.launchCount == 2)
    #expect(
      KernelPrinter.lines(plan.kernels[1]) == [
        "loop[600] a: f32[600] -> r0: f32[]", "r0[] += a[i]",
      ])
  }

  @Test("a reduction of all rows has a part that each block of rows does for itself")
  func blocksOfRows() throws {
    let x = builder.input("x", .f32, [512, 96])
    let scale = builder.input("scale", .f32, [96])
    let y = layerNorm(x, scale: scale, offset: builder.input("offset", .f32, [96]))
    builder.output("y", y)
    builder.output("sums", y.sum(squeezingAxes: [0]))
    let (plan, rows) = try loweredWithOtherSums(
      "sums", ["x": [512, 96], "scale": [96], "offset": [96]])
    #expect(plan.launchCount == 2, "\(PlanPrinter.text(plan))")
    #expect(rows.groups.map(\.rows) == [16])
    #expect(
      KernelPrinter.lines(plan.kernels[0]).suffix(2)
        == ["  r0[i, j, k] = t0", "  r1[i, k] += t0"])
    #expect(
      KernelPrinter.lines(plan.kernels[1]) == [
        "loop[16, 96] a: f32[16, 96] -> r0: f32[96]", "r0[j] += a[i, j]",
      ])
  }

  @Test("a matrix that two products with vectors wait for is read once")
  func streamedMatrix() throws {
    let x = builder.input("x", .f32, [1_024, 32])
    let weight = builder.input("weight", .f32, [32])
    let error: Value = matmul(x, weight) - builder.input("target", .f32, [1_024])
    let loss = (error * error).sum()
    builder.output("slope", gradients(of: loss, withRespectTo: [weight])[0])
    var options = LoweringOptions()
    options.cacheByteCount = 1 << 16
    let (plan, rows) = try loweredWithOtherSums(
      "slope", ["x": [1_024, 32], "weight": [32], "target": [1_024]], options)
    #expect(plan.contractionCount == 0)
    #expect(
      KernelPrinter.lines(plan.kernels[0]) == [
        "rows 32 (operands 3, results 1, l0: f32[1024], l1: f32[1024])",
        "loop[32 | 32, 32] a: f32[32, 32, 32], b: f32[32] -> l0: f32[32, 32]",
        "  l0[i, j] += multiply(a[i, j, k], b[k])",
        "loop[32 | 32] l0: f32[32, 32], c: f32[32, 32] -> l1: f32[32, 32]",
        "  t0 = multiply(1.0, subtract(l0[i, j], c[i, j]))",
        "  l1[i, j] = add(t0, t0)",
        "loop[32 | 32, 32] a: f32[32, 32, 32], l1: f32[32, 32] -> r0: f32[32, 32]",
        "  r0[i, k] += multiply(a[i, j, k], l1[i, j])",
      ])
    #expect(plan.launchCount == 2)
    // x is read once less; what the products pass to each other is neither written nor read.
    #expect(rows.savedByteCount == 4 * 1_024 * 32 + 2 * 2 * 4 * 1_024)
    // A matrix that fits the cache is left to the library, and so is one that a product reads alone.
    options.cacheByteCount = 1 << 18
    #expect(try builder.build().lowered(options).plan.contractionCount == 2)
  }

  @Test("a product with a vector stays one where no other that depends on it reads the matrix")
  func loneProductsWithVectors() throws {
    let x = builder.input("x", .f32, [1_024, 32])
    builder.output("u", matmul(x, builder.input("v", .f32, [32])))
    builder.output("g", matmul(builder.input("d", .f32, [1_024]), x))
    var options = LoweringOptions()
    options.cacheByteCount = 1 << 16
    #expect(try builder.build().lowered(options).plan.contractionCount == 2)
  }

  /// Lowers the graph and compares one output, whose sums are in another order, within rounding.
  private func loweredWithOtherSums(
    _ output: String, _ inputs: [String: [Int]], _ options: LoweringOptions = LoweringOptions()
  ) throws -> (plan: Plan, rows: RowFusionReport) {
    let graph = try Pass.compositeExpansion(builder.build())
    let lowered = try graph.loweredWithLedgers(options)
    var tensors: [String: Tensor] = [:]
    for (seed, (name, extents)) in inputs.sorted(by: { $0.key < $1.key }).enumerated() {
      tensors[name] = try Tensor.random(.init(.f32, extents: extents), seed: UInt64(seed))
    }
    var interpreter = try PlanInterpreter(lowered.plan)
    let found = try #require(try interpreter.run(tensors)[output]?.doubles)
    let wanted = try #require(
      try GraphInterpreter.evaluate(graph, tensors).outputs[output]?.doubles)
    let largest = wanted.reduce(0) { max($0, $1.magnitude) }
    #expect(largest > 0)
    #expect(zip(found, wanted).allSatisfy { abs($0 - $1) <= 1e-5 * largest })
    return (lowered.plan.plan, lowered.rows)
  }

  @Test("graphs are compiled for the cache of this machine, within limits, and the report names it")
  func cacheOfThisMachine() throws {
    let options = LoweringOptions(machine: .thisMachine)
    #expect((1 << 18)...(1 << 22) ~= options.cacheByteCount)
    builder.output("y", softmax(builder.input("x", .f32, [20, 9])))
    let graph = try Pass.compositeExpansion(builder.build())
    let text = RowFusionReportPrinter.text(try graph.loweredWithLedgers(options).rows, of: graph)
    #expect(
      text.hasPrefix(
        "1 group of loop nests done row by row: 2480 bytes a run stay in a cache of "
          + "\(options.cacheByteCount)\n"))
  }

  @Test("what does not join says why")
  func refusals() throws {
    let x = builder.input("x", .f32, [2, 6_000])
    builder.output("y", softmax(x))
    let few = try lowered()
    #expect(few.rows.groups.isEmpty)
    guard case .fewRows(2, _)? = few.rows.apart.first?.reason else {
      Issue.record("\(few.rows)")
      return
    }
    var options = LoweringOptions()
    options.cacheByteCount = 64
    let other = GraphBuilder("large")
    other.output("y", softmax(other.input("x", .f32, [20, 9])))
    let large = try other.build().loweredWithLedgers(options).rows
    #expect(large.groups.isEmpty)
    #expect(large.apart.first?.reason == .largeRow(byteCount: 76, cacheByteCount: 64))
  }

  @Test("a parameter's next value does not go before a reader of the old one")
  func updatesStayInPlace() throws {
    let graph = try TrainingGraph.classifier(batch: 1, sizes: [6, 5, 3])
    try PlanComparison.expectEqual(graph)
    let plan = try graph.lowered().plan
    // Every parameter is written in place by the step that computes its next value.
    let parameters = Set(plan.parameters.map(\.buffer))
    let replaced = plan.buffers.compactMap { buffer in
      if case .inPlace(let other) = buffer.role { other } else { nil }
    }
    #expect(parameters.isSubset(of: replaced))
    #expect(!plan.steps.contains { !parameters.isDisjoint(with: $0.results) })
  }
}
