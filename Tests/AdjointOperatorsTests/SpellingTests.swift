import AdjointCore
import AdjointGraph
import AdjointOperators
import Testing

/// One computation in its several spellings: free functions and methods, lists and variadics, shapes of
/// variables.
@Suite("Spellings of operators")
struct SpellingTests {
  private func graph(_ build: (Value) -> Value) throws -> Graph {
    let builder = GraphBuilder("g")
    builder.output("y", build(builder.input("x", .f32, [2, 3])))
    return try builder.build()
  }

  private static let pairs: [(String, @Sendable (Value) -> Value, @Sendable (Value) -> Value)] = [
    ("abs", { abs($0) }, { $0.abs() }), ("ceil", { ceil($0) }, { $0.ceil() }),
    ("cos", { cos($0) }, { $0.cos() }), ("erf", { erf($0) }, { $0.erf() }),
    ("exp", { exp($0) }, { $0.exp() }), ("expm1", { expm1($0) }, { $0.expm1() }),
    ("floor", { floor($0) }, { $0.floor() }), ("gelu", { gelu($0) }, { $0.gelu() }),
    ("gelu by tanh", { gelu($0, approximation: .tanh) }, { $0.gelu(approximation: .tanh) }),
    ("leakyRelu", { leakyRelu($0, slope: 0.2) }, { $0.leakyRelu(slope: 0.2) }),
    ("log", { log($0) }, { $0.log() }), ("log1p", { log1p($0) }, { $0.log1p() }),
    ("logSoftmax", { logSoftmax($0, axis: 0) }, { $0.logSoftmax(axis: 0) }),
    ("logSumExp", { logSumExp($0, squeezingAxes: [0, 1]) }, { $0.logSumExp(squeezingAxes: 0, 1) }),
    ("logSumExp kept", { logSumExp($0, alongAxes: [1]) }, { $0.logSumExp(alongAxes: 1) }),
    ("reciprocal", { reciprocal($0) }, { $0.reciprocal() }), ("relu", { relu($0) }, { $0.relu() }),
    ("round", { round($0) }, { $0.round() }), ("rsqrt", { rsqrt($0) }, { $0.rsqrt() }),
    ("sigmoid", { sigmoid($0) }, { $0.sigmoid() }), ("sign", { sign($0) }, { $0.sign() }),
    ("silu", { silu($0) }, { $0.silu() }), ("sin", { sin($0) }, { $0.sin() }),
    ("softmax", { softmax($0, axis: 0) }, { $0.softmax(axis: 0) }),
    ("softplus", { softplus($0) }, { $0.softplus() }), ("sqrt", { sqrt($0) }, { $0.sqrt() }),
    ("stopGradient", { stopGradient($0) }, { $0.stopGradient() }),
    ("tan", { tan($0) }, { $0.tan() }), ("tanh", { tanh($0) }, { $0.tanh() }),
    ("sum", { $0.sum(squeezingAxes: [1]) }, { $0.sum(squeezingAxes: 1) }),
    ("sum kept", { $0.sum(alongAxes: [0, 1]) }, { $0.sum(alongAxes: 0, 1) }),
    ("mean", { $0.mean(squeezingAxes: [0]) }, { $0.mean(squeezingAxes: 0) }),
    ("mean kept", { $0.mean(alongAxes: [-1]) }, { $0.mean(alongAxes: -1) }),
    ("max", { $0.max(squeezingAxes: [0]) }, { $0.max(squeezingAxes: 0) }),
    ("max kept", { $0.max(alongAxes: [0]) }, { $0.max(alongAxes: 0) }),
    ("min", { $0.min(squeezingAxes: [0]) }, { $0.min(squeezingAxes: 0) }),
    ("min kept", { $0.min(alongAxes: [0]) }, { $0.min(alongAxes: 0) }),
    ("product", { $0.product(squeezingAxes: [0]) }, { $0.product(squeezingAxes: 0) }),
    ("product kept", { $0.product(alongAxes: [0]) }, { $0.product(alongAxes: 0) }),
    ("variance", { $0.variance(squeezingAxes: [0]) }, { $0.variance(squeezingAxes: 0) }),
    ("variance kept", { $0.variance(alongAxes: [0]) }, { $0.variance(alongAxes: 0) }),
  ]

  @Test("methods and variadics build the same nodes", arguments: pairs.indices)
  func same(_ number: Int) throws {
    let (name, free, member) = Self.pairs[number]
    #expect(try graph(free).description == graph(member).description, "\(name)")
  }

  @Test("extents of shapes are numbers, names and variables")
  func shapes() {
    let (rows, batch) = (4, "B")
    let shape: Shape = [batch, rows, 2 * rows + 1, 3, "N", Shape.Dimension.fixed(5)]
    #expect(shape == Shape([.named("B"), .fixed(4), .fixed(9), .fixed(3), .named("N"), .fixed(5)]))
    #expect(([] as Shape) == .scalar)
  }

  @Test("argmax and argmin give the first position, of a NaN where there is one")
  func positions() throws {
    let x = try Tensor(
      [1, 5, 5, 0, -2, 7, .nan, 9, .infinity, -.infinity, 3, 3] as [Double], extents: [4, 3])
    func positions(_ build: (Value) -> Value) throws -> [Int32] {
      let tensor = try ElementwiseTesting.evaluate([x]) { build($0[0]) }
      guard case .i32(let elements) = tensor.storage else { return [] }
      return elements
    }
    #expect(try positions { $0.argmax() } == [1, 2, 0, 1])
    #expect(try positions { $0.argmax(axis: 0) } == [2, 2, 2])
    #expect(try positions { $0.argmin(axis: -1) } == [0, 1, 0, 0])
    #expect(try positions { $0.argmin(axis: 0) } == [2, 1, 3])
    let whole = try Tensor([3, 8, 8, 1] as [Int32], extents: [2, 2])
    let found = try ElementwiseTesting.evaluate([whole]) { $0[0].argmax(axis: 0) }
    #expect(found.storage == .i32([1, 0]))
    let nothing = try Tensor([Double](), extents: [2, 0])
    let none = try ElementwiseTesting.evaluate([nothing]) { $0[0].argmax() }
    #expect(none.storage == .i32([.max, .max]))
  }
}
