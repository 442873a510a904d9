import AdjointCore
import AdjointKernels
import AdjointRuntime
import Testing

@Suite struct EpilogueTests {
  private func check(_ seeds: Range<Int>, special: Bool) throws {
    let seeds = Array(seeds)
    let samples = try seeds.map { seed in
      let sample = try RandomEpilogue(seed: seed, special: special)
      return KernelSample(
        kernel: .contraction(sample.product), operands: sample.operands, results: sample.results,
        over: sample.over, threads: 1 + seed % 3)
    }
    try runBoth(samples) { number, pair in
      // The signs of zeros are those of the library.
      let same = agree(pair.found, pair.wanted, tolerance: 1e-300)
      #expect(same, "seed \(seeds[number]): \(samples[number].kernel)")
    }
  }

  @Test(arguments: 0..<12)
  func randomEpiloguesMeanWhatTheInterpreterSays(block: Int) throws {
    try check(block * 25..<(block + 1) * 25, special: false)
  }

  @Test(arguments: 0..<4)
  func productsThatAreNoNumbersGoThroughThem(block: Int) throws {
    try check(500_000 + block * 25..<500_000 + (block + 1) * 25, special: true)
  }

  /// `tanh(x · w + b)` and what it is of, with sizes that leave parts of tiles over.
  @Test(arguments: [ScalarType.f32, .f64])
  func longerFunctionsRunBehindTheProduct(type: ScalarType) throws {
    for (rows, columns, inner) in [(1, 40, 30), (33, 1, 65), (29, 37, 41), (65, 130, 450)] {
      var product = Contraction(
        type, batch: 2, rows: rows, columns: columns, inner: inner,
        left: .init(batchStride: rows * inner, rowStride: inner, columnStride: 1),
        right: .init(batchStride: 0, rowStride: columns, columnStride: 1))
      var nest = product.plainEpilogue
      nest.inputs.append(
        .init(
          operand: 2,
          access: Access(type, extents: [columns], map: IndexMap([AxisIndex(axis: 2)]))))
      let bias = nest.program.append(.load(input: 1), type)
      let sum = nest.program.append(.binary(.add, 0, bias), type)
      let activated = nest.program.append(.unary(.tanh, sum), type)
      nest.outputs.append(.init(result: 1, step: activated, access: product.pointAccess(type)))
      product.epilogue = nest
      func operand(_ count: Int, _ seed: UInt64) throws -> Tensor {
        let random = CounterBasedRandom(seed: seed)
        let values = (0..<count).map { random.uniform(at: UInt64($0)) - 0.4 }
        return try Tensor(Tensor.Storage(casting: values, as: type), extents: [count])
      }
      let result = TensorType(type, extents: Array(product.extents))
      let (found, wanted) = try runBoth(
        .contraction(product),
        [operand(2 * rows * inner, 1), operand(inner * columns, 2), operand(columns, 3)],
        results: [result, result], threads: 2)
      for (x, y) in zip(found, wanted) {
        // Sums of numbers of both signs may nearly vanish.
        #expect(
          zip(x.doubles, y.doubles).allSatisfy {
            ($0 - $1).magnitude <= (type == .f32 ? 1e-5 : 1e-13)
          }, "\(product)")
      }
    }
  }

  @Test func threadsDoNotChangeABit() throws {
    for (batch, rows, columns, inner) in [
      (1, 300, 200, 500), (1, 64, 800, 100), (6, 70, 90, 80), (1, 1, 900, 5000),
    ] {
      var product = Contraction(
        .f32, batch: batch, rows: rows, columns: columns, inner: inner,
        left: .init(batchStride: rows * inner, rowStride: inner, columnStride: 1),
        right: .init(batchStride: columns * inner, rowStride: 1, columnStride: inner))
      var nest = product.plainEpilogue
      let root = nest.program.append(.unary(.abs, 0), .f32)
      let more = nest.program.append(.binary(.multiply, root, 0), .f32)
      nest.outputs[0].step = more
      product.epilogue = nest
      let random = CounterBasedRandom(seed: 3)
      func operand(_ count: Int) throws -> Tensor {
        try Tensor((0..<count).map { Float(random.uniform(at: UInt64($0)) - 0.5) })
      }
      let (left, right) = try (operand(batch * rows * inner), operand(batch * columns * inner))
      let plan = SinglePlan(
        .contraction(product), operands: [left.type, right.type],
        results: [TensorType(.f32, extents: Array(product.extents))])
      let one = try plan.run([left, right], threads: 1)
      #expect(try plan.run([left, right], threads: 2) == one)
      #expect(try plan.run([left, right], threads: 5) == one)
    }
  }

  @Test func whatLeavesItsBuffersIsRefused() throws {
    var product = Contraction(
      .f32, batch: 1, rows: 4, columns: 4, inner: 4,
      left: .init(batchStride: 16, rowStride: 4, columnStride: 1),
      right: .init(batchStride: 16, rowStride: 4, columnStride: 1))
    var nest = product.plainEpilogue
    nest.inputs.append(
      .init(operand: 2, access: Access(.f32, extents: [4], map: IndexMap([AxisIndex(axis: 2)]))))
    nest.program.append(.binary(.add, 0, nest.program.append(.load(input: 1), .f32)), .f32)
    nest.outputs[0].step = 2
    let matrix = TensorType(.f32, extents: [4, 4])
    func refusal(_ nest: LoopNest, bias: Int = 4) -> Diagnostic.Code? {
      product.epilogue = nest
      let plan = SinglePlan(
        .contraction(product),
        operands: [matrix, matrix, TensorType(.f32, extents: [bias])], results: [matrix])
      do {
        _ = try LoadedPlan(verifying: plan.plan)
        return nil
      } catch {
        return error.code
      }
    }
    #expect(refusal(nest) == nil)
    #expect(refusal(nest, bias: 3) == .invalidPlan)
    var broken = nest
    broken.inputs[1].access.extents = [3]
    #expect(refusal(broken) == .invalidPlan)
    broken = nest
    broken.extents = [1, 4, 5]
    #expect(refusal(broken) == .invalidPlan)
    broken = nest
    broken.outputs[0].result = 1
    #expect(refusal(broken) == .invalidPlan)
    broken = nest
    broken.inputs[1].operand = 9
    #expect(refusal(broken) == .invalidPlan)
  }
}
