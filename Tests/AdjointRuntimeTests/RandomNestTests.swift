import AdjointCore
import AdjointKernels
import AdjointRuntime
import Foundation
import Testing

@Suite struct RandomNestTests {
  @Test(arguments: 0..<12)
  func elementwiseNestsMeanWhatTheInterpreterSays(block: Int) throws {
    try check(block) { try RandomNest(seed: $0, reduces: false) }
  }

  @Test(arguments: 0..<12)
  func reductionsMeanWhatTheInterpreterSays(block: Int) throws {
    try check(block) { try RandomNest(seed: 100_000 + $0, reduces: true) }
  }

  @Test(arguments: 0..<8)
  func resultsWrittenOverOperandsAreTheSame(block: Int) throws {
    try check(block, over: { 1 + $0 % 3 }) {
      try RandomNest(seed: 200_000 + $0, inPlaceOver: 1 + $0 % 3)
    }
  }

  /// Runs the samples of a block's seeds, each with so many results over the first operands.
  private func check(
    _ block: Int, over count: (Int) -> Int = { _ in 0 }, _ nest: (Int) throws -> RandomNest
  ) throws {
    let seeds = Array(block * 40..<(block + 1) * 40)
    let samples = try seeds.map { seed in
      let nest = try nest(seed)
      return KernelSample(
        kernel: .loopNest(nest.nest), operands: nest.operands, results: nest.results,
        over: Dictionary(uniqueKeysWithValues: (0..<count(seed)).map { ($0, $0) }),
        initial: Array(nest.operands.prefix(count(seed))))
    }
    try runBoth(samples) { number, pair in
      let same = agree(pair.found, pair.wanted)
      #expect(same, "seed \(seeds[number]) of its kind, \(samples[number].kernel)")
    }
  }

  @Test func threadsDoNotChangeABit() throws {
    for seed in 0..<8 {
      var random = SeededRandom(seed)
      // Large enough to be shared: reductions over rows, columns and everything, beside a store.
      let extents: PerAxis<Int> = random.pick([[1 << 17], [350, 400], [3, 40_000], [40_000, 3]])
      let kept = random.shuffled(Array(extents.indices)).prefix(random.below(extents.count))
      let identity = IndexMap.identity(rank: extents.count)
      var program = ScalarProgram()
      let load = program.append(.load(input: 0), .f32)
      let value = program.append(.unary(.tanh, load), .f32)
      let reduced = Access(
        .f32, extents: kept.map { extents[$0] }, map: IndexMap(kept.map { AxisIndex(axis: $0) }))
      let nest = LoopNest(
        extents: extents,
        inputs: [.init(operand: 0, access: Access(.f32, extents: Array(extents), map: identity))],
        program: program,
        outputs: [
          .init(result: 0, step: value, access: reduced, combiner: .sum),
          .init(
            result: 1, step: value, access: Access(.f32, extents: Array(extents), map: identity)),
        ])
      let type = TensorType(.f32, extents: Array(extents))
      let count = extents.reduce(1, *)
      let generator = CounterBasedRandom(seed: UInt64(seed))
      let values = (0..<count).map { Float(generator.uniform(at: UInt64($0)) - 0.3) }
      let plan = SinglePlan(
        .loopNest(nest), operands: [type],
        results: [TensorType(.f32, extents: reduced.extents), type])
      let operand = try Tensor(.f32(values), extents: Array(extents))
      let one = try plan.run([operand], threads: 1)
      #expect(try plan.run([operand], threads: 2) == one, "\(extents) kept \(kept)")
      #expect(try plan.run([operand], threads: 5) == one, "\(extents) kept \(kept)")
      let sum = one[0].doubles.reduce(0, +)
      let wanted = values.reduce(0.0) { $0 + Double(Float(tanh(Double($1)))) }
      #expect((sum - wanted).magnitude < 1e-6 * wanted.magnitude)
    }
  }
}
