import AdjointCore
import AdjointKernels
import AdjointRuntime
import Testing

/// Loops with several mathematical functions, which are done in several vectors at once.
@Suite struct ManyFunctionsTests {
  /// Around one, four and eight vectors, with and without a rest, short and long.
  static let extents = [
    [0], [1], [63], [129], [1000], [8192], [16_384 + 77], [3, 4001], [129, 130], [40, 17, 31],
  ]

  @Test(arguments: extents, [ScalarType.f32, .f64])
  func meanWhatTheInterpreterSays(extents: [Int], type: ScalarType) throws {
    var program = ScalarProgram()
    let x = program.append(.load(input: 0), type)
    let bounded = program.append(.unary(.tanh, x), type)
    let weight = program.append(.unary(.sigmoid, bounded), type)
    let power = program.append(.unary(.exp, weight), type)
    let value = program.append(.binary(.multiply, power, bounded), type)
    let access = Access(type, extents: extents, map: .identity(rank: extents.count))
    let sums = Access(
      type, extents: Array(extents.dropLast()), map: .identity(rank: extents.count - 1))
    let nest = LoopNest(
      extents: extents, inputs: [.init(operand: 0, access: access)], program: program,
      outputs: [
        .init(result: 0, step: value, access: access),
        .init(result: 1, step: power, access: access),
        .init(result: 2, step: power, access: sums, combiner: .sum),
      ])
    let generator = CounterBasedRandom(seed: 1)
    let count = extents.reduce(1, *)
    var values = (0..<count).map { Float(generator.uniform(at: UInt64($0)) * 24 - 12) }
    for (number, special) in ([.infinity, -.infinity, -0.0] as [Float]).enumerated()
    where number < count {
      values[number] = special
    }
    // In a rest, and in the sum of no other row.
    if extents.count > 1 { values[count - 1] = .nan }
    let operand =
      try type == .f32
      ? Tensor(.f32(values), extents: extents)
      : Tensor(.f64(values.map(Double.init)), extents: extents)
    let whole = TensorType(type, extents: extents)
    let (found, wanted) = try runBoth(
      .loopNest(nest), [operand],
      results: [whole, whole, TensorType(type, extents: sums.extents)])
    let tolerance = type == .f32 ? 1e-6 : 2e-15
    for (x, y) in zip(found, wanted).prefix(2) {
      let same = agree(x, y, tolerance: tolerance)
      #expect(same)
    }
    // The interpreter's sums are less exact.
    let row = extents[extents.count - 1]
    let terms = found[1].doubles
    for (number, sum) in found[2].doubles.enumerated() {
      let exact = terms[number * row..<(number + 1) * row].reduce(0, +)
      #expect(sum.isNaN == exact.isNaN)
      if !exact.isNaN { #expect((sum - exact).magnitude <= 10 * tolerance * exact) }
    }
  }
}
