import AdjointCore
import AdjointKernels
import AdjointRuntime
import Testing

/// Nests with an axis of a few coordinates, whose vectors go along another one with the coordinates between.
@Suite struct ShortAxisTests {
  /// Differences of all pairs of points, coordinate by coordinate, reduced over one axis.
  private struct Sample {
    var points: Int
    var others: Int
    var coordinates: Int
    var reduced: AxisNumber
    var combiner: Combiner
    var type: ScalarType

    init(seed: Int) {
      var random = SeededRandom(seed)
      points = random.pick([0, 1, 2, 5, 9])
      others = random.pick([0, 1, 31, 32, 33, 48, 64, 65, 100, 127, 128, 130, 200])
      coordinates = random.pick([1, 2, 3, 4, 5])
      reduced = AxisNumber(random.below(3))
      combiner = random.pick(Combiner.allCases)
      type = random.pick([.f32, .f32, .f64, .i32, .i64])
    }

    var extents: PerAxis<Int> { [points, others, coordinates] }
    var keptExtents: [Int] { extents.indices.filter { $0 != reduced }.map { extents[$0] } }

    var kernel: Kernel {
      func points(_ axis: AxisNumber) -> Access {
        Access(
          type, extents: [extents[axis], coordinates],
          map: IndexMap([AxisIndex(axis: axis), AxisIndex(axis: 2)]))
      }
      var program = ScalarProgram()
      let first = program.append(.load(input: 0), type)
      let second = program.append(.load(input: 1), type)
      let difference = program.append(.binary(.subtract, first, second), type)
      let kept = Access(
        type, extents: keptExtents,
        map: IndexMap(extents.indices.filter { $0 != reduced }.map { AxisIndex(axis: $0) }))
      return .loopNest(
        LoopNest(
          extents: extents,
          inputs: [.init(operand: 0, access: points(0)), .init(operand: 1, access: points(1))],
          program: program,
          outputs: [.init(result: 0, step: difference, access: kept, combiner: combiner)]))
    }
  }

  @Test(arguments: 0..<4)
  func pairsAreReducedAsTheInterpreterDoesIt(block: Int) throws {
    let samples = Array(block * 40..<(block + 1) * 40).map { Sample(seed: 400_000 + $0) }
    let kernels = try samples.enumerated().map { number, sample in
      var random = SeededRandom(number)
      let isOrdered = sample.type.isDifferentiable && [.sum, .product].contains(sample.combiner)
      let operands = try [sample.points, sample.others].map { count in
        let type = TensorType(sample.type, extents: [count, sample.coordinates])
        return isOrdered ? try random.tameTensor(type) : try random.tensor(type)
      }
      return KernelSample(
        kernel: sample.kernel, operands: operands,
        results: [TensorType(sample.type, extents: sample.keptExtents)])
    }
    try runBoth(kernels) { number, pair in
      let same = agree(pair.found, pair.wanted)
      #expect(same, "\(samples[number])")
    }
  }

  /// What is read with the last vector ends with its last lane: the operand may be the end of what is there.
  @Test(arguments: [2, 3, 4])
  func everyElementOfALargeOperandIsReadOnce(step: Int) throws {
    let count = 1000
    let values = (0..<count * step).map { Float($0) }
    var program = ScalarProgram()
    let load = program.append(.load(input: 0), .f32)
    let nest = LoopNest(
      extents: [count],
      inputs: [
        .init(
          operand: 0,
          access: Access(
            .f32, extents: [count * step],
            map: IndexMap([AxisIndex(axis: 0, start: step - 1, step: step)])))
      ],
      program: program,
      outputs: [
        .init(
          result: 0, step: load,
          access: Access(.f32, extents: [count], map: .identity(rank: 1)))
      ])
    let plan = SinglePlan(
      .loopNest(nest), operands: [TensorType(.f32, extents: [count * step])],
      results: [TensorType(.f32, extents: [count])])
    let found = try plan.run([try Tensor(values, extents: [count * step])], threads: 1)[0].floats
    #expect(found == (0..<count).map { Float($0 * step + step - 1) })
  }
}
