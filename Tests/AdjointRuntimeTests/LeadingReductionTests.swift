import AdjointCore
import AdjointKernels
import AdjointRuntime
import Testing

/// Reductions down the columns of a matrix, or of each of several, with what is stored on the way.
@Suite struct LeadingReductionTests {
  /// One sample: `outer` matrices of `rows` by `columns`, reduced over the rows.
  private struct Sample {
    var extents: [Int]
    var combiner: Combiner
    var type: ScalarType
    /// Whether the negated elements are stored too.
    var stores: Bool

    init(seed: Int) {
      var random = SeededRandom(seed)
      let rows = random.pick([0, 1, 2, 7, 8, 9, 17, 63, 64, 65, 128, 129, 130, 200])
      let columns = random.pick([0, 1, 3, 63, 64, 100, 127, 129, 200, 512, 700, 1100])
      let outer = random.pick([1, 1, 2, 5])
      extents = [outer, rows, columns * outer > 1100 ? 200 : columns]
      combiner = random.pick(Combiner.allCases)
      type = random.pick(ScalarType.allCases)
      stores = type.isDifferentiable && random.chance(1, in: 3)
    }

    var kernel: Kernel {
      let whole = Access(type, extents: extents, map: .identity(rank: 3))
      let kept = Access(
        type, extents: [extents[0], extents[2]],
        map: IndexMap([AxisIndex(axis: 0), AxisIndex(axis: 2)]))
      var program = ScalarProgram()
      let load = program.append(.load(input: 0), type)
      var outputs = [LoopNest.Output(result: 0, step: load, access: kept, combiner: combiner)]
      if stores {
        let negated = program.append(.unary(.negate, load), type)
        outputs.append(.init(result: 1, step: negated, access: whole))
        outputs.append(
          .init(result: 2, step: negated, access: kept, combiner: combiner))
      }
      return .loopNest(
        LoopNest(
          extents: extents, inputs: [.init(operand: 0, access: whole)], program: program,
          outputs: outputs))
    }

    var results: [TensorType] {
      let kept = TensorType(type, extents: [extents[0], extents[2]])
      return stores ? [kept, TensorType(type, extents: extents), kept] : [kept]
    }
  }

  @Test(arguments: 0..<6)
  func columnsAreReducedAsTheInterpreterDoesIt(block: Int) throws {
    let samples = Array(block * 40..<(block + 1) * 40).map { Sample(seed: 300_000 + $0) }
    let kernels = try samples.enumerated().map { number, sample in
      var random = SeededRandom(number)
      let type = TensorType(sample.type, extents: sample.extents)
      // Sums and products of any numbers depend on the order; those of tame ones do not.
      let isOrdered =
        sample.type.isDifferentiable && [.sum, .product].contains(sample.combiner)
      let operand = isOrdered ? try random.tameTensor(type) : try random.tensor(type)
      return KernelSample(kernel: sample.kernel, operands: [operand], results: sample.results)
    }
    try runBoth(kernels) { number, pair in
      let same = agree(pair.found, pair.wanted)
      #expect(same, "\(samples[number])")
    }
  }

  private func columnSums(
    _ operand: Tensor, threads: Int = 1
  ) throws -> [Float] {
    let extents = operand.type.shape.dimensions.compactMap(\.extent)
    var program = ScalarProgram()
    let load = program.append(.load(input: 0), .f32)
    let nest = LoopNest(
      extents: extents,
      inputs: [
        .init(operand: 0, access: Access(.f32, extents: extents, map: .identity(rank: 2)))
      ],
      program: program,
      outputs: [
        .init(
          result: 0, step: load,
          access: Access(.f32, extents: [extents[1]], map: IndexMap([AxisIndex(axis: 1)])),
          combiner: .sum)
      ])
    let plan = SinglePlan(
      .loopNest(nest), operands: [operand.type],
      results: [TensorType(.f32, extents: [extents[1]])])
    return try plan.run([operand], threads: threads)[0].floats
  }

  @Test func onlyTheColumnOfAnInfinityOrNaNHasOne() throws {
    let (rows, columns) = (150, 300)
    var values = [Float](repeating: 1, count: rows * columns)
    values[70 * columns + 3] = .infinity
    values[149 * columns + 5] = .nan
    values[0 * columns + 290] = .infinity
    values[80 * columns + 290] = -.infinity
    values[64 * columns + 299] = -.infinity
    let sums = try columnSums(try Tensor(values, extents: [rows, columns]))
    for (column, sum) in sums.enumerated() {
      switch column {
      case 3: #expect(sum == .infinity)
      case 5, 290: #expect(sum.isNaN)
      case 299: #expect(sum == -.infinity)
      default: #expect(sum == Float(rows), "column \(column)")
      }
    }
  }

  @Test func sumsDownLongColumnsStayAccurateOnAnyNumberOfThreads() throws {
    let (rows, columns) = (20_000, 130)
    let random = CounterBasedRandom(seed: 17)
    let values = (0..<rows * columns).map { Float(random.uniform(at: UInt64($0))) }
    let operand = try Tensor(values, extents: [rows, columns])
    let sums = try columnSums(operand)
    for column in 0..<columns {
      let wanted = stride(from: column, to: values.count, by: columns)
        .reduce(0.0) { $0 + Double(values[$1]) }
      #expect((Double(sums[column]) - wanted).magnitude <= 1e-6 * wanted)
    }
    for threads in [2, 5] { #expect(try columnSums(operand, threads: threads) == sums) }
  }
}
