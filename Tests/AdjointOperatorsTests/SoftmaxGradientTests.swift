import AdjointAutodiff
import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses
import Testing

@Suite("The gradient of a softmax")
struct SoftmaxGradientTests {
  /// The graph of Σ c · y and its gradient with respect to x, where y is computed from x.
  private func graph(
    _ type: TensorType, simplifiesFirst: Bool = false, _ softmax: (Value) throws -> Value
  ) throws -> Graph {
    let builder = GraphBuilder()
    let x = try builder.input("x", type.scalarType, type.shape)
    let c = try builder.input("c", type.scalarType, type.shape)
    try builder.output("loss", (c * softmax(x)).sum())
    var graph = try builder.build()
    if simplifiesFirst { graph = try Pipeline.standard(graph) }
    return try Pipeline.standard(graph.differentiated("loss", withRespectTo: ["x"]))
  }

  private func formula(_ graph: Graph) throws -> String {
    let output = try #require(graph.outputList.last)
    return ElementwiseTesting.formula(of: GraphBuilder(extending: graph).value(output.value))
  }

  private static let byHand = "exp(subtract(x, broadcast(stop_gradient(reduce_max(x)))))"
  private static let safely =
    "exp(subtract(x, broadcast(stop_gradient("
    + "select(less(abs(reduce_max(x)), inf), reduce_max(x), 0.0)))))"

  /// y · (c − Σ c · y).
  private func expected(_ power: String) -> String {
    let softmax = "divide(\(power), broadcast(reduce_sum(\(power))))"
    return
      "multiply(\(softmax), subtract(c, broadcast(reduce_sum(multiply(c, \(softmax))))))"
  }

  @Test("is y · (c − Σ c · y)", arguments: [false, true])
  func ofTheFunction(_ simplifiesFirst: Bool) throws {
    let types = [TensorType(.f32, [8, 10]), TensorType(.f64, ["B", 10])]
    for type in types {
      let found = try graph(type, simplifiesFirst: simplifiesFirst) { try softmax($0) }
      #expect(try formula(found) == expected(Self.byHand))
    }
    let inner = try graph(TensorType(.f32, [4, 8, 5]), simplifiesFirst: simplifiesFirst) {
      try softmax($0, axis: 1)
    }
    #expect(try formula(inner) == expected(Self.byHand))
  }

  @Test("is the same where the softmax is written out", arguments: [false, true])
  func writtenOut(_ simplifiesFirst: Bool) throws {
    let type = TensorType(.f64, [8, 10])
    let kept = try graph(type, simplifiesFirst: simplifiesFirst) {
      try exp($0) / exp($0).sum(alongAxes: [1])
    }
    #expect(try formula(kept) == expected(Self.safely))
  }

  @Test("does not overflow where the exponentials would")
  func extremeScores() throws {
    let found = try graph(TensorType(.f64, [2, 3])) { try exp($0) / exp($0).sum(alongAxes: [1]) }
    let x = try Tensor([1000.0, 1000, -1000, -2000, -2000, -2000], extents: [2, 3])
    let c = try Tensor([2.0, 4, 7, 3, 6, 9], extents: [2, 3])
    let outputs = try GraphInterpreter.evaluate(found, ["x": x, "c": c]).outputs
    let gradient = try #require(outputs["gradient.x"])
    // Shares of ½, ½ and 0 with a mean of 3; of a third each, with a mean of 6.
    let expected = [-0.5, 0.5, 0, -1, 0, 1]
    for (value, wanted) in zip(gradient.doubles, expected) {
      #expect((value - wanted).magnitude < 1e-15)
    }
  }

  @Test("stays as it is where the sum is used elsewhere or taken over other axes")
  func otherQuotients() throws {
    let shared = try graph(TensorType(.f64, [3, 3])) { x in
      let powers = try exp(x)
      let sum = try powers.sum(alongAxes: [1])
      return try powers / sum + sum
    }
    #expect(try !formula(shared).hasPrefix("multiply(divide("))
    let across = try graph(TensorType(.f64, [3, 3])) { x in
      try exp(x) / exp(x).sum(squeezingAxes: [1])
    }
    #expect(try !formula(across).hasPrefix("multiply(divide("))
  }
}
