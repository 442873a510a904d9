import Adjoint
import AdjointGraph
import TestSupport
import Testing

/// Reductions and gathers of truth values, and products of whole numbers, as the interpreter, generated
/// code and portable loops compute them.
@Suite("Truth values and whole numbers")
struct TruthAndWholeNumberTests {
  private static let wholeTypes: [ScalarType] = [.i32, .i64, .u8]

  /// What a graph gives on every back end, which has to be what the interpreter gives.
  private static func results(
    of inputs: [Tensor], _ build: ([Value]) throws -> [Value]
  ) throws -> [Tensor] {
    let builder = GraphBuilder("sample")
    let values = inputs.enumerated().map { number, tensor in
      builder.input("x\(number)", tensor.scalarType, Shape(extents: tensor.extents))
    }
    for (number, value) in try build(values).enumerated() { builder.output("y\(number)", value) }
    let graph = try builder.build()
    let sources = Dictionary(
      uniqueKeysWithValues: inputs.enumerated().map { ("x\($0)", $1) })
    let reference = try GraphInterpreter.evaluate(graph, sources).outputs
    for backend in Backend.allCases {
      for threads in [1, 2] {
        let options = CompilationOptions(threads: threads, backend: backend)
        let outputs = try graph.compiled(options)(sources)
        #expect(outputs == reference, "\(backend), \(threads) threads: \(graph.description)")
      }
    }
    return try graph.outputs.map { try #require(reference[$0.name]) }
  }

  private static func extents(_ rank: Int, _ random: inout SeededGenerator) -> [Int] {
    (0..<rank).map { _ in [0, 1, 1, 2, 3, 5, 17, 40].randomElement(using: &random) ?? 1 }
  }

  /// Whole numbers at the ends of their types and anywhere between.
  private static func tensor(
    _ type: ScalarType, _ extents: [Int], _ random: inout SeededGenerator
  ) throws -> Tensor {
    let count = extents.reduce(1, *)
    func elements<Whole: FixedWidthInteger>(_ type: Whole.Type) -> [Whole] {
      let pool: [Whole] = [.min, .max, 0, 1, 0 &- 1, .max - 1, 2]
      return (0..<count).map { _ in
        Bool.random(using: &random)
          ? pool.randomElement(using: &random) ?? 0
          : Whole.random(in: .min ... .max, using: &random)
      }
    }
    switch type {
    case .i64: return try Tensor(elements(Int64.self), extents: extents)
    case .u8: return try Tensor(elements(UInt8.self), extents: extents)
    case .bool:
      // Long runs, or else hardly any row is all true or all false.
      let rare = Int.random(in: 1...60, using: &random)
      let usual = Bool.random(using: &random)
      return try Tensor(
        (0..<count).map { _ in Int.random(in: 0..<rare, using: &random) == 0 ? !usual : usual },
        extents: extents)
    case .i32, .f32, .f64: return try Tensor(elements(Int32.self), extents: extents)
    }
  }

  @Test("any and all over one axis, several, none, and nothing")
  func values() throws {
    let x = try Tensor([true, false, true, true, false, false], extents: [3, 2])
    let y = try Self.results(of: [x]) {
      [
        $0[0].any(), $0[0].all(), $0[0].any(squeezingAxes: 1), $0[0].all(squeezingAxes: -1),
        $0[0].any(alongAxes: 0), $0[0].all(alongAxes: [0, 1]), $0[0].any(squeezingAxes: []),
        $0[0].max(squeezingAxes: 0), $0[0].min(squeezingAxes: 0),
      ]
    }
    #expect(try y[0] == Tensor(scalar: 1, .bool))
    #expect(try y[1] == Tensor(scalar: 0, .bool))
    #expect(try y[2] == Tensor([true, true, false]))
    #expect(try y[3] == Tensor([false, true, false]))
    #expect(try y[4] == Tensor([true, true], extents: [1, 2]))
    #expect(try y[5] == Tensor([false], extents: [1, 1]))
    #expect(y[6] == x)
    #expect(try y[7] == Tensor([true, true]))
    #expect(try y[8] == Tensor([false, false]))
    let nothing = try Self.results(of: [Tensor([Bool](), extents: [0, 2])]) {
      [$0[0].any(squeezingAxes: 0), $0[0].all(squeezingAxes: 0), $0[0].any(squeezingAxes: 1)]
    }
    #expect(try nothing[0] == Tensor([false, false]))
    #expect(try nothing[1] == Tensor([true, true]))
    #expect(nothing[2].extents == [0])
  }

  @Test("any and all of random truth values", arguments: RandomSets.seeds(12, full: 300))
  func randomReductions(_ seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let rank = Int.random(in: 0...4, using: &random)
    let extents = Self.extents(rank, &random)
    let x = try Self.tensor(.bool, extents, &random)
    let axes = (0..<rank).filter { _ in Bool.random(using: &random) }
    let y = try Self.results(of: [x]) {
      [
        $0[0].any(squeezingAxes: axes), $0[0].all(squeezingAxes: axes),
        // Fused with what makes the truth values and with what reads them.
        (.!$0[0]).any(alongAxes: axes).cast(to: .i32), (.!$0[0]).all(squeezingAxes: axes),
      ]
    }
    // De Morgan.
    let some = try y[0].elements(as: Bool.self)
    #expect(try y[3].elements(as: Bool.self) == some.map { !$0 })
    let all = try y[1].elements(as: Bool.self)
    #expect(y[2].doubles == all.map { $0 ? 0 : 1 })
  }

  @Test("gathers of truth values; an index outside gives false", arguments: wholeTypes)
  func gather(_ type: ScalarType) throws {
    let x = try Tensor([true, false, true, true], extents: [2, 2])
    let at = try Tensor(Tensor.Storage([1, 0, 2, 255], as: type), extents: [2, 2])
    let y = try Self.results(of: [x, at]) {
      [$0[0].gathered(at: $0[1]), $0[0].gathered(at: $0[1], axis: 1)]
    }
    let rows = [true, true, true, false, false, false, false, false]
    #expect(try y[0] == Tensor(rows, extents: [2, 2, 2]))
    let columns = [false, true, false, false, true, true, false, false]
    #expect(try y[1] == Tensor(columns, extents: [2, 2, 2]))
  }

  @Test("gathers of random truth values", arguments: RandomSets.seeds(8, full: 200))
  func randomGathers(_ seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let rank = Int.random(in: 1...3, using: &random)
    let extents = Self.extents(rank, &random)
    let axis = Int.random(in: 0..<rank, using: &random)
    let x = try Self.tensor(.bool, extents, &random)
    let count = [0, 1, 4, 9].randomElement(using: &random) ?? 1
    let at = try Tensor(
      (0..<count).map { _ in Int64.random(in: -2...Int64(extents[axis] + 1), using: &random) }
        .map { $0 == -2 ? .min : $0 })
    _ = try Self.results(of: [x, at]) { [.!$0[0].gathered(at: $0[1], axis: axis)] }
  }

  @Test("products of whole numbers wrap around")
  func wrapping() throws {
    let x = try Tensor([Int32.max, 3, .min, -1], extents: [2, 2])
    let y = try Tensor([Int32(2), .max, 5, -7], extents: [2, 2])
    let z = try Self.results(of: [x, y]) {
      [matmul($0[0], $0[1]), $0[0].product(), $0[0].product(squeezingAxes: 1)]
    }
    let product: [Int32] = [
      .max &* 2 &+ 15, .max &* .max &- 21, .min &* 2 &- 5, .min &* .max &+ 7,
    ]
    #expect(try z[0] == Tensor(product, extents: [2, 2]))
    #expect(try z[1] == Tensor(scalar: Double(Int32.max &* 3 &* .min &* -1), .i32))
    #expect(try z[2] == Tensor([Int32.max &* 3, .min]))
    let bytes = try Tensor([UInt8(16), 17, 255], extents: [1, 3])
    #expect(
      try Self.results(of: [bytes, bytes]) { [matmul($0[0], $0[1].transposed())] }[0].doubles
        == [Double((256 + 289 + 65025) % 256)])
    let long = try Tensor([Int64.max, .min], extents: [2])
    #expect(
      try Self.results(of: [long, long]) { [matmul($0[0], $0[1])] }[0]
        == Tensor(Tensor.Storage.i64([Int64.max &* .max &+ .min &* .min]), extents: []))
  }

  @Test(
    "products of random whole numbers", arguments: wholeTypes, RandomSets.seeds(6, full: 100))
  func randomProducts(_ type: ScalarType, _ seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let sizes = Self.extents(4, &random)
    let (batch, m, k, n) = (sizes[0], sizes[1], sizes[2], sizes[3])
    let left = try Self.tensor(type, [batch, m, k], &random)
    let right = try Self.tensor(type, [batch, k, n], &random)
    let turned = try Self.tensor(type, [n, k, batch], &random)
    // Of 40 and 40 numbers along each axis it would be 32 GB.
    let hasOuterProduct = left.count * right.count <= 1 << 20
    let y = try Self.results(of: [left, right, turned]) {
      [
        matmul($0[0], $0[1]),
        dotGeneral($0[0], $0[2], contracting: [(2, 1)], batch: [(0, 2)]) + 1,
        dotGeneral($0[0], $0[1], contracting: [(0, 0), (2, 1)]),
        $0[0].product(squeezingAxes: [0, 2]), ($0[0] * 3).product(),
      ] + (hasOuterProduct ? [dotGeneral($0[0], $0[1], contracting: [])] : [])
    }
    // The definition, in the widest type; what wraps around there wraps around in a narrower one.
    let (a, b) = try (Self.wide(left), Self.wide(right))
    var wanted: [Int64] = []
    for p in 0..<batch {
      for i in 0..<m {
        for j in 0..<n {
          var sum: Int64 = 0
          for l in 0..<k { sum = sum &+ a[(p * m + i) * k + l] &* b[(p * k + l) * n + j] }
          wanted.append(sum)
        }
      }
    }
    #expect(try Self.wide(y[0]) == wanted.map { Self.narrow($0, type) })
  }

  private static func wide(_ tensor: Tensor) throws -> [Int64] {
    switch tensor.scalarType {
    case .i64: try tensor.elements(as: Int64.self)
    case .u8: try tensor.elements(as: UInt8.self).map(Int64.init)
    case .i32, .f32, .f64, .bool: try tensor.elements(as: Int32.self).map(Int64.init)
    }
  }

  private static func narrow(_ number: Int64, _ type: ScalarType) -> Int64 {
    switch type {
    case .u8: Int64(UInt8(truncatingIfNeeded: number))
    case .i32: Int64(Int32(truncatingIfNeeded: number))
    case .i64, .f32, .f64, .bool: number
    }
  }

  @Test("a product of whole numbers stands beside a derivative and has none")
  func beside() throws {
    let builder = GraphBuilder("counts")
    let x = builder.input("x", .f64, [2])
    let n = builder.input("n", .i32, [2, 2])
    let counts = matmul(n, n).sum(squeezingAxes: 1).cast(to: .f64)
    let some = (x .> 0).any().cast(to: .f64)
    builder.output("y", (x * x * counts).sum() * some)
    let graph = try builder.build().differentiated("y", withRespectTo: ["x"])
    let sources: [String: Tensor] = try [
      "x": Tensor([3.0, -2]), "n": Tensor([Int32(1), 2, 0, 1], extents: [2, 2]),
    ]
    for backend in Backend.allCases {
      let outputs = try graph.compiled(CompilationOptions(backend: backend))(sources)
      #expect(outputs["gradient.x"]?.doubles == [30, -4])
    }
  }

  @Test("what has no such reduction or product is refused with the remedy")
  func refusals() throws {
    let builder = GraphBuilder("refused")
    let x = builder.input("x", .f32, [2])
    let b = builder.input("b", .bool, [2])
    builder.output("y", x.any())
    builder.output("z", b.sum())
    builder.output("p", matmul(b, b))
    builder.output("q", b.product())
    builder.output("r", x.all(squeezingAxes: 0))
    let error = #expect(throws: Diagnostic.self) { try builder.build() }
    let text = error?.description ?? ""
    #expect(text.contains("any: the operand must be bool, and it is f32[2]; cast it first"))
    #expect(text.contains("all: the operand must be bool, and it is f32[2]; cast it first"))
    #expect(text.contains("reduce_sum: the operand must be a number type, and it is bool[2]"))
    #expect(text.contains("dot_general: the operand must be a number type, and it is bool[2]"))
  }
}
