import AdjointCore
import AdjointGraph
import AdjointOperators
import Foundation
import Testing

@Suite("Numerically stable forms")
struct ElementwiseStableFormTests {
  private static let vector = TensorType(.f64, ["B"])
  private static let matrix = TensorType(.f32, ["B", 10])

  private func expect(
    _ expected: String, _ type: TensorType = vector,
    families: Set<Rewrite.Family> = [.stableForm],
    sourceLocation: Testing.SourceLocation = #_sourceLocation,
    _ build: (Value) throws -> Value
  ) throws {
    let formula = try ElementwiseTesting.formula([type], families) { try build($0[0]) }
    #expect(formula == expected, sourceLocation: sourceLocation)
  }

  @Test("logarithms")
  func logarithms() throws {
    try expect("x") { log(exp($0)) }
    try expect("log1p(x)") { log(1 + $0) }
    try expect("log1p(x)") { log($0 + 1) }
    try expect("log1p(negate(x))") { log(1 - $0) }
    try expect("softplus(x)") { log(1 + exp($0)) }
    try expect("softplus(x)") { log(exp($0) + 1) }
    try expect("softplus(x)") { log1p(exp($0)) }
    try expect("negate(softplus(negate(x)))") { log(sigmoid($0)) }
    try expect("negate(softplus(x))") { log(1 - sigmoid($0)) }
    try expect("log(add(x, 1.0000000000000002))") { log($0 + 1.0.nextUp) }
    try expect("log(add(x, x))") { log($0 + $0) }
    try expect("log(subtract(x, 1.0))") { log($0 - 1) }
    try expect("negate(softplus(x))") { log1p(-sigmoid($0)) }
    try expect("x") { log1p(exp($0) - 1) }
  }

  @Test("exponentials")
  func exponentials() throws {
    try expect("expm1(x)") { exp($0) - 1 }
    try expect("negate(expm1(x))") { 1 - exp($0) }
    try expect("sigmoid(x)") { 1 / (1 + exp(-$0)) }
    try expect("sigmoid(x)") { reciprocal(exp(-$0) + 1) }
    try expect("sigmoid(negate(x))") { 1 / (1 + exp($0)) }
    try expect("sigmoid(x)") { exp($0) / (1 + exp($0)) }
    try expect("subtract(exp(x), 2.0)") { exp($0) - 2 }
    try expect("multiply(2.0, sigmoid(negate(x)))") { 2 / (1 + exp($0)) }
    try expect("multiply(x, sigmoid(x))") { $0 / (1 + exp(-$0)) }
    try expect("sigmoid(x)") { exp($0) * reciprocal(1 + exp($0)) }
    try expect("sigmoid(subtract(x, multiply(3.0, x)))") { exp($0) / (exp($0) + exp(3 * $0)) }
    try expect("tanh(x)") { (exp($0) - exp(-$0)) / (exp(-$0) + exp($0)) }
    try expect("tanh(negate(x))") { (exp(-$0) - exp($0)) / (exp(-$0) + exp($0)) }
    try expect("tanh(multiply(0.5, x))") { (exp($0) - 1) / (exp($0) + 1) }
    try expect("negate(tanh(multiply(0.5, x)))") { (1 - exp($0)) / (exp($0) + 1) }
    try expect("divide(2.0, add(2.0, exp(x)))") { 2 / (2 + exp($0)) }
    try expect("divide(exp(x), add(1.0, exp(negate(x))))", families: []) {
      exp($0) / (1 + exp(-$0))
    }
    try expect("subtract(1.0, sigmoid(x))") { 1 - sigmoid($0) }
  }

  @Test("sums of exponentials are rewritten once")
  func sumsOfExponentials() throws {
    let shift =
      "stop_gradient(select(less(abs(reduce_max(x)), inf), reduce_max(x), 0.0))"
    let powers = "exp(subtract(x, broadcast(\(shift))))"
    let logSum = "add(\(shift), log(reduce_sum(\(powers))))"
    try expect(logSum, Self.matrix) { log(exp($0).sum(squeezingAxes: [-1])) }
    try expect(logSum, Self.matrix) { log(exp($0).sum()) }
    try expect("reshape(\(logSum))", Self.matrix) { log(exp($0).sum(alongAxes: [1])) }
    let softmax = "divide(\(powers), broadcast(reduce_sum(\(powers))))"
    try expect(softmax, Self.matrix, families: [.stableForm, .identity]) {
      exp($0) / exp($0).sum(alongAxes: [-1])
    }
    try expect(
      "subtract(subtract(x, broadcast(\(shift))), broadcast(log(reduce_sum(\(powers)))))",
      Self.matrix
    ) {
      log(exp($0) / exp($0).sum(alongAxes: [-1]))
    }
  }

  @Test("what is shifted already stays, and so do sums over other axes")
  func shiftedSums() throws {
    let byHand = try ElementwiseTesting.formula([Self.matrix], []) {
      log(exp($0[0] - stopGradient($0[0].max(alongAxes: [1]))).sum(squeezingAxes: [1]))
    }
    try expect(byHand, Self.matrix) {
      log(exp($0 - stopGradient($0.max(alongAxes: [1]))).sum(squeezingAxes: [1]))
    }
    let square = TensorType(.f32, [3, 3])
    let other = try ElementwiseTesting.formula([square], []) {
      exp($0[0]) / exp($0[0]).sum(squeezingAxes: [1])
    }
    try expect(other, square) { exp($0) / exp($0).sum(squeezingAxes: [1]) }
  }

  @Test("rewriting again changes nothing")
  func fixedPoint() throws {
    let builder = GraphBuilder("test")
    let x = builder.input("x", .f32, ["B", 10])
    builder.output("a", log(exp(x).sum(squeezingAxes: [1])))
    builder.output("b", log(exp(x) / exp(x).sum(alongAxes: [1])))
    builder.output("c", exp(x) / exp(x).sum(alongAxes: [1]))
    var rewriter = GraphRewriter()
    rewriter.rewrites = StandardRewrites.table(of: [.stableForm, .identity])
    rewriter.mergesEqualNodes = true
    func tidied(_ graph: Graph) throws -> Graph {
      rewriter.live = graph.liveNodes
      return try rewriter.rewrite(graph)
    }
    let once = try tidied(tidied(builder.build()))
    let twice = try tidied(once)
    #expect(once.liveNodes.count { $0 } == twice.liveNodes.count { $0 })
    #expect(once.nodes.map(\.mnemonic) == twice.nodes.map(\.mnemonic))
  }

  @Test("extreme arguments")
  func extremeArguments() throws {
    func value(_ x: Double, _ build: (Value) throws -> Value) throws -> Double {
      let result = try ElementwiseTesting.evaluate([Tensor([x])], families: [.stableForm]) {
        try build($0[0])
      }
      return result.doubles[0]
    }
    #expect(try value(1000) { log(1 + exp($0)) } == 1000)
    #expect(try value(1e-20) { log(1 + $0) } == 1e-20)
    #expect(try value(-1e-20) { log(1 + $0) } == -1e-20)
    #expect(try value(1e-20) { exp($0) - 1 } == 1e-20)
    #expect(try value(-1000) { log(sigmoid($0)) } == -1000)
    #expect(try value(1000) { log(1 - sigmoid($0)) } == -1000)
    #expect(try value(1000) { log(exp($0)) } == 1000)
    #expect(try value(1000) { exp($0) / (1 + exp($0)) } == 1)
    #expect(try value(-1000) { 1 / (1 + exp(-$0)) } == 0)
  }

  @Test("sums of exponentials at extreme arguments")
  func extremeSums() throws {
    let rows: [[Double]] = [
      [1000, 1000], [-1000, -1000], [-.infinity, -.infinity], [.infinity, 0], [-.infinity, 3],
      [.nan, 0], [0, 0.5],
    ]
    let x = try Tensor(rows.flatMap { $0 }, extents: [rows.count, 2])
    let two = Foundation.log(2.0)
    let expected: [Double] = [
      1000 + two, -1000 + two, -.infinity, .infinity, 3, .nan,
      Foundation.log(1 + Foundation.exp(0.5)),
    ]
    let sums = try ElementwiseTesting.evaluate([x], families: [.stableForm]) {
      log(exp($0[0]).sum(squeezingAxes: [1]))
    }
    for (index, (y, wanted)) in zip(sums.doubles, expected).enumerated() {
      #expect(agree(y, wanted, within: 1e-15), "row \(index)")
    }
    let softmax = try ElementwiseTesting.evaluate([x], families: [.stableForm]) {
      exp($0[0]) / exp($0[0]).sum(alongAxes: [1])
    }
    #expect(softmax.doubles[0...3] == [0.5, 0.5, 0.5, 0.5])
    #expect(softmax.doubles[8...9] == [0, 1])
    let logarithm = try ElementwiseTesting.evaluate([x], families: [.stableForm]) {
      log(exp($0[0]) / exp($0[0]).sum(alongAxes: [1]))
    }
    #expect(logarithm.doubles[8] == -.infinity)
    #expect(logarithm.doubles[9] == 0)
    for index in 0..<4 { #expect(agree(logarithm.doubles[index], -two, within: 1e-15)) }
  }

  @Test("a sum over nothing")
  func emptySum() throws {
    let x = try Tensor(repeating: 0, .f64, extents: [2, 0])
    let y = try ElementwiseTesting.evaluate([x], families: [.stableForm]) {
      log(exp($0[0]).sum(squeezingAxes: [1]))
    }
    #expect(y.doubles == [-.infinity, -.infinity])
  }
}
