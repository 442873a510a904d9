import AdjointCore
import AdjointKernels
import AdjointRuntime
import Testing

@Suite struct ReductionTests {
  private func reduce(
    _ extents: [Int], keeping kept: [AxisNumber], _ combiner: Combiner, _ operand: Tensor
  ) throws -> (found: [Tensor], wanted: [Tensor]) {
    let type = operand.scalarType
    var program = ScalarProgram()
    let load = program.append(.load(input: 0), type)
    let keptExtents = kept.map { extents[$0.rawValue] }
    let nest = LoopNest(
      extents: extents,
      inputs: [
        .init(
          operand: 0, access: Access(type, extents: extents, map: .identity(rank: extents.count)))
      ],
      program: program,
      outputs: [
        .init(
          result: 0, step: load,
          access: Access(
            type, extents: keptExtents, map: IndexMap(kept.map { AxisIndex(axis: $0) })),
          combiner: combiner)
      ])
    return try runBoth(
      .loopNest(nest), [operand], results: [TensorType(type, extents: keptExtents)])
  }

  @Test(arguments: Combiner.allCases)
  func reductionsOverNothingGiveTheIdentity(combiner: Combiner) throws {
    for type in ScalarType.allCases {
      let cases: [([Int], [AxisNumber])] = [
        ([0], []), ([3, 0], [0]), ([0, 3], [1]), ([0, 3], [0]),
      ]
      for (extents, kept) in cases {
        let operand = try Tensor(repeating: 0, type, extents: extents)
        let (found, wanted) = try reduce(extents, keeping: kept, combiner, operand)
        #expect(found == wanted, "\(combiner) \(type) \(extents) \(kept)")
      }
    }
  }

  @Test(arguments: Combiner.allCases)
  func nanAndExtremesSpread(combiner: Combiner) throws {
    for type in ScalarType.allCases {
      for extents in [[5, 9], [40, 70], [3, 1100]] {
        for kept: [AxisNumber] in [[], [0], [1], [0, 1]] {
          var random = SeededRandom(extents[1] + kept.count)
          let operand = try random.tensor(TensorType(type, extents: extents))
          // Sums and products of infinities depend on the order; their NaNs do not.
          if type.isDifferentiable, combiner == .sum || combiner == .product, kept.count < 2 {
            continue
          }
          let (found, wanted) = try reduce(extents, keeping: kept, combiner, operand)
          for (x, y) in zip(found[0].doubles, wanted[0].doubles) {
            #expect(x == y || (x.isNaN && y.isNaN), "\(combiner) \(type) \(extents) \(kept)")
          }
        }
      }
    }
  }

  @Test func sumsOfManyNumbersStayAccurate() throws {
    let count = 1 << 18
    let random = CounterBasedRandom(seed: 9)
    let values = (0..<count).map { Float(random.uniform(at: UInt64($0))) }
    let exact = values.reduce(0.0) { $0 + Double($1) }
    let cases: [([Int], [AxisNumber])] = [
      ([count], []), ([count, 1], [1]), ([512, 512], []),
    ]
    for (extents, kept) in cases {
      let nestSum = try reduceOnly(extents, kept, values)
      #expect((Double(nestSum[0]) - exact).magnitude <= 1e-7 * exact)
    }
    let columns = try reduceOnly([count / 4, 4], [1], values)
    for column in 0..<4 {
      let wanted = stride(from: column, to: count, by: 4).reduce(0.0) { $0 + Double(values[$1]) }
      #expect((Double(columns[column]) - wanted).magnitude <= 4e-7 * wanted)
    }
  }

  private func reduceOnly(
    _ extents: [Int], _ kept: [AxisNumber], _ values: [Float]
  ) throws -> [Float] {
    var program = ScalarProgram()
    let load = program.append(.load(input: 0), .f32)
    let keptExtents = kept.map { extents[$0.rawValue] }
    let map = IndexMap(kept.map { AxisIndex(axis: $0) })
    let nest = LoopNest(
      extents: extents,
      inputs: [
        .init(
          operand: 0, access: Access(.f32, extents: extents, map: .identity(rank: extents.count)))
      ],
      program: program,
      outputs: [
        .init(
          result: 0, step: load, access: Access(.f32, extents: keptExtents, map: map),
          combiner: .sum)
      ])
    let plan = SinglePlan(
      .loopNest(nest), operands: [TensorType(.f32, extents: extents)],
      results: [TensorType(.f32, extents: keptExtents)])
    return try plan.run([Tensor(.f32(values), extents: extents)])[0].floats
  }

  @Test func reductionsOverDifferentAxesShareANest() throws {
    let extents = [6, 10]
    var program = ScalarProgram()
    let load = program.append(.load(input: 0), .f32)
    let square = program.append(.binary(.multiply, load, load), .f32)
    func access(_ kept: [AxisNumber]) -> Access {
      Access(
        .f32, extents: kept.map { extents[$0.rawValue] },
        map: IndexMap(kept.map { AxisIndex(axis: $0) }))
    }
    let nest = LoopNest(
      extents: extents, inputs: [.init(operand: 0, access: access([0, 1]))], program: program,
      outputs: [
        .init(result: 0, step: square, access: access([0]), combiner: .sum),
        .init(result: 1, step: square, access: access([0, 1])),
        .init(result: 2, step: load, access: access([1]), combiner: .maximum),
        .init(result: 3, step: square, access: access([]), combiner: .sum),
        .init(result: 4, step: load, access: access([1]), combiner: .sum),
      ])
    let operand = try Tensor((0..<60).map { Float($0 - 20) }, extents: extents)
    let results = nest.outputs.map { TensorType(.f32, extents: $0.access.extents) }
    let (found, wanted) = try runBoth(.loopNest(nest), [operand], results: results, over: [1: 0])
    #expect(found == wanted)
  }
}
