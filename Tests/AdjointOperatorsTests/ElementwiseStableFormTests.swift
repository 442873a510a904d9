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
    try expect("x") { try log(exp($0)) }
    try expect("log1p(x)") { try log(1 + $0) }
    try expect("log1p(x)") { try log($0 + 1) }
    try expect("log1p(negate(x))") { try log(1 - $0) }
    try expect("softplus(x)") { try log(1 + exp($0)) }
    try expect("softplus(x)") { try log(exp($0) + 1) }
    try expect("softplus(x)") { try log1p(exp($0)) }
    try expect("negate(softplus(negate(x)))") { try log(sigmoid($0)) }
    try expect("negate(softplus(x))") { try log(1 - sigmoid($0)) }
    try expect("log(add(x, 1.0000000000000002))") { try log($0 + 1.0.nextUp) }
    try expect("log(add(x, x))") { try log($0 + $0) }
    try expect("log(subtract(x, 1.0))") { try log($0 - 1) }
    try expect("negate(softplus(x))") { try log1p(-sigmoid($0)) }
    try expect("x") { try log1p(exp($0) - 1) }
  }

  @Test("exponentials")
  func exponentials() throws {
    try expect("expm1(x)") { try exp($0) - 1 }
    try expect("negate(expm1(x))") { try 1 - exp($0) }
    try expect("sigmoid(x)") { try 1 / (1 + exp(-$0)) }
    try expect("sigmoid(x)") { try reciprocal(exp(-$0) + 1) }
    try expect("sigmoid(negate(x))") { try 1 / (1 + exp($0)) }
    try expect("sigmoid(x)") { try exp($0) / (1 + exp($0)) }
    try expect("subtract(exp(x), 2.0)") { try exp($0) - 2 }
    try expect("multiply(2.0, sigmoid(negate(x)))") { try 2 / (1 + exp($0)) }
    try expect("multiply(x, sigmoid(x))") { try $0 / (1 + exp(-$0)) }
    try expect("sigmoid(x)") { try exp($0) * reciprocal(1 + exp($0)) }
    try expect("sigmoid(subtract(x, multiply(3.0, x)))") { try exp($0) / (exp($0) + exp(3 * $0)) }
    try expect("tanh(x)") { try (exp($0) - exp(-$0)) / (exp(-$0) + exp($0)) }
    try expect("tanh(negate(x))") { try (exp(-$0) - exp($0)) / (exp(-$0) + exp($0)) }
    try expect("tanh(multiply(0.5, x))") { try (exp($0) - 1) / (exp($0) + 1) }
    try expect("negate(tanh(multiply(0.5, x)))") { try (1 - exp($0)) / (exp($0) + 1) }
    try expect("divide(2.0, add(2.0, exp(x)))") { try 2 / (2 + exp($0)) }
    try expect("divide(exp(x), add(1.0, exp(negate(x))))", families: []) {
      try exp($0) / (1 + exp(-$0))
    }
    try expect("subtract(1.0, sigmoid(x))") { try 1 - sigmoid($0) }
  }

  @Test("sums of exponentials are rewritten once")
  func sumsOfExponentials() throws {
    let shift =
      "stop_gradient(select(less(abs(reduce_max(x)), inf), reduce_max(x), 0.0))"
    let powers = "exp(subtract(x, broadcast(\(shift))))"
    let logSum = "add(\(shift), log(reduce_sum(\(powers))))"
    try expect(logSum, Self.matrix) { try log(exp($0).sum(squeezingAxes: [-1])) }
    try expect(logSum, Self.matrix) { try log(exp($0).sum()) }
    try expect("reshape(\(logSum))", Self.matrix) { try log(exp($0).sum(alongAxes: [1])) }
    let softmax = "divide(\(powers), broadcast(reduce_sum(\(powers))))"
    try expect(softmax, Self.matrix, families: [.stableForm, .identity]) {
      try exp($0) / exp($0).sum(alongAxes: [-1])
    }
    try expect(
      "subtract(subtract(x, broadcast(\(shift))), broadcast(log(reduce_sum(\(powers)))))",
      Self.matrix
    ) {
      try log(exp($0) / exp($0).sum(alongAxes: [-1]))
    }
  }

  @Test("what is shifted already stays, and so do sums over other axes")
  func shiftedSums() throws {
    let byHand = try ElementwiseTesting.formula([Self.matrix], []) {
      try log(exp($0[0] - stopGradient($0[0].max(alongAxes: [1]))).sum(squeezingAxes: [1]))
    }
    try expect(byHand, Self.matrix) {
      try log(exp($0 - stopGradient($0.max(alongAxes: [1]))).sum(squeezingAxes: [1]))
    }
    let square = TensorType(.f32, [3, 3])
    let other = try ElementwiseTesting.formula([square], []) {
      try exp($0[0]) / exp($0[0]).sum(squeezingAxes: [1])
    }
    try expect(other, square) { try exp($0) / exp($0).sum(squeezingAxes: [1]) }
  }

  @Test("rewriting again changes nothing")
  func fixedPoint() throws {
    let builder = GraphBuilder("test")
    let x = try builder.input("x", .f32, ["B", 10])
    try builder.output("a", log(exp(x).sum(squeezingAxes: [1])))
    try builder.output("b", log(exp(x) / exp(x).sum(alongAxes: [1])))
    try builder.output("c", exp(x) / exp(x).sum(alongAxes: [1]))
    var rewriter = GraphRewriter()
    rewriter.families = [.stableForm, .identity]
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
    #expect(try value(1000) { try log(1 + exp($0)) } == 1000)
    #expect(try value(1e-20) { try log(1 + $0) } == 1e-20)
    #expect(try value(-1e-20) { try log(1 + $0) } == -1e-20)
    #expect(try value(1e-20) { try exp($0) - 1 } == 1e-20)
    #expect(try value(-1000) { try log(sigmoid($0)) } == -1000)
    #expect(try value(1000) { try log(1 - sigmoid($0)) } == -1000)
    #expect(try value(1000) { try log(exp($0)) } == 1000)
    #expect(try value(1000) { try exp($0) / (1 + exp($0)) } == 1)
    #expect(try value(-1000) { try 1 / (1 + exp(-$0)) } == 0)
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
      try log(exp($0[0]).sum(squeezingAxes: [1]))
    }
    for (index, (y, wanted)) in zip(sums.doubles, expected).enumerated() {
      #expect(agree(y, wanted, within: 1e-15), "row \(index)")
    }
    let softmax = try ElementwiseTesting.evaluate([x], families: [.stableForm]) {
      try exp($0[0]) / exp($0[0]).sum(alongAxes: [1])
    }
    #expect(softmax.doubles[0...3] == [0.5, 0.5, 0.5, 0.5])
    #expect(softmax.doubles[8...9] == [0, 1])
    let logarithm = try ElementwiseTesting.evaluate([x], families: [.stableForm]) {
      try log(exp($0[0]) / exp($0[0]).sum(alongAxes: [1]))
    }
    #expect(logarithm.doubles[8] == -.infinity)
    #expect(logarithm.doubles[9] == 0)
    for index in 0..<4 { #expect(agree(logarithm.doubles[index], -two, within: 1e-15)) }
  }

  @Test("a sum over nothing")
  func emptySum() throws {
    let x = try Tensor(repeating: 0, .f64, extents: [2, 0])
    let y = try ElementwiseTesting.evaluate([x], families: [.stableForm]) {
      try log(exp($0[0]).sum(squeezingAxes: [1]))
    }
    #expect(y.doubles == [-.infinity, -.infinity])
  }
}
