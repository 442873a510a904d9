import Adjoint
import AdjointCore
import AdjointGraph
import Testing

/// Parameters are filled in place, piece by piece and on several threads, with the numbers that their
/// places and the seed determine.
@Suite struct InitializationTests {
  static let initializers: [Initializer] = [
    .zeros, .constant(1), .constant(-0.0), .constant(3), .uniform(from: -3, to: 5),
    .normal(mean: 2, deviation: 40), .glorot, .he,
  ]

  /// More elements than two pieces, and no multiple of one.
  private static let extents = [131, 151]

  @Test(arguments: initializers) func everyTypeOnAnyNumberOfThreads(
    _ initializer: Initializer
  ) throws {
    let builder = GraphBuilder("g")
    let isWhole = [.zeros, .constant(1)].contains(initializer)
    for type in ScalarType.allCases where isWhole || type.isDifferentiable {
      let shape = Shape(extents: Self.extents)
      builder.output("o\(type)", builder.parameter("w\(type)", type, shape, initializer))
    }
    let graph = try builder.build()
    for threads in 1...3 {
      let context = try graph.compiled(CompilationOptions(threads: threads)).makeContext(seed: 7)
      for port in graph.parameters {
        let expected = try initializer.tensor(port.type, name: port.name, seed: 7)
        #expect(try context.parameter(port.name) == expected, "\(port) on \(threads) threads")
      }
    }
  }

  @Test func theNumbersAreThoseOfTheirPlaces() throws {
    let type = TensorType(.f64, extents: Self.extents)
    let random = CounterBasedRandom(seed: 3, stream: "w")
    func expect(_ initializer: Initializer, _ formula: (UInt64) -> Double) throws {
      let numbers = try initializer.tensor(type, name: "w", seed: 3).doubles
      for place in [0, 1, 8191, 8192, 16384, 131 * 151 - 1] {
        #expect(numbers[place].bitPattern == formula(UInt64(place)).bitPattern)
      }
    }
    try expect(.uniform(from: -3, to: 5)) { -3 + (5 - -3) * random.uniform(at: $0) }
    try expect(.normal(mean: 2, deviation: 40)) { 2 + 40 * random.normal(at: $0) }
    let bound = (6.0 / (131 + 151)).squareRoot()
    try expect(.glorot) { bound * (2 * random.uniform(at: $0) - 1) }
    let deviation = (2.0 / 131).squareRoot()
    try expect(.he) { deviation * random.normal(at: $0) }
  }

  @Test func emptyAndScalarParameters() throws {
    let builder = GraphBuilder("g")
    builder.output("a", builder.parameter("none", .f32, [0, 5], .he))
    builder.output("b", builder.parameter("one", .f64, [], .glorot))
    let context = try builder.build().compiled().makeContext(seed: 1)
    #expect(try context.parameter("none").count == 0)
    let expected = try Initializer.glorot.tensor(TensorType(.f64, .scalar), name: "one", seed: 1)
    #expect(try context.parameter("one") == expected)
  }
}
