import AdjointAutodiff
import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses
import Testing

@Suite("The gradient of a softmax")
struct SoftmaxGradientTests {
  /// The graph of Σ c · y and its gradient with respect to x, where y is computed from x, as it is compiled.
  private func graph(
    _ type: TensorType, simplifiesFirst: Bool = true, _ softmax: (Value) throws -> Value
  ) throws -> Graph {
    let builder = GraphBuilder()
    let x = builder.input("x", type.scalarType, type.shape)
    let c = builder.input("c", type.scalarType, type.shape)
    try builder.output("loss", (c * softmax(x)).sum())
    var graph = try builder.build()
    if simplifiesFirst { graph = try Pipeline.standard(graph) }
    return try Pipeline.compilation(graph.differentiatedAsWritten("loss", withRespectTo: ["x"]))
  }

  private func formula(_ graph: Graph) throws -> String {
    let output = try #require(graph.outputList.last)
    return ElementwiseTesting.formula(of: GraphBuilder(extending: graph).value(output.value))
  }

  private static let power =
    "exp(subtract(x, broadcast(stop_gradient("
    + "select(less(abs(reduce_max(x)), inf), reduce_max(x), 0.0)))))"

  /// y · (c − Σ c · y).
  private static let expected =
    "multiply(\(softmax), subtract(c, broadcast(reduce_sum(multiply(c, \(softmax))))))"
  private static let softmax = "divide(\(power), broadcast(reduce_sum(\(power))))"

  @Test("is y · (c − Σ c · y)", arguments: [false, true])
  func ofTheFunction(_ simplifiesFirst: Bool) throws {
    let types = [TensorType(.f32, [8, 10]), TensorType(.f64, ["B", 10])]
    for type in types {
      let found = try graph(type, simplifiesFirst: simplifiesFirst) {
        AdjointOperators.softmax($0)
      }
      #expect(try formula(found) == Self.expected)
    }
    let inner = try graph(TensorType(.f32, [4, 8, 5]), simplifiesFirst: simplifiesFirst) {
      AdjointOperators.softmax($0, axis: 1)
    }
    #expect(try formula(inner) == Self.expected)
  }

  /// A softmax as people write it.
  private static let written: [@Sendable (Value) -> Value] = [
    { exp($0) / exp($0).sum(alongAxes: [1]) },
    { exp($0) * (1 / exp($0).sum(alongAxes: [1])) },
    { x in
      let powers = exp(x - x.max(alongAxes: [1]))
      return powers / powers.sum(alongAxes: [1])
    },
    { x in
      let powers = exp(x - stopGradient(x.max(alongAxes: [1])))
      return reciprocal(powers.sum(alongAxes: [1])) * powers
    },
    { exp($0 - logSumExp($0, alongAxes: [1])) * 1 },
  ]

  @Test("is the same where the softmax is written out")
  func writtenOut() throws {
    for build in Self.written.dropLast() {
      let kept = try graph(TensorType(.f64, [8, 10])) { build($0) }
      #expect(try formula(kept) == Self.expected)
    }
  }

  @Test("does not overflow where the exponentials would", arguments: [false, true])
  func extremeScores(_ isUsedElsewhere: Bool) throws {
    for build in Self.written {
      let found = try graph(TensorType(.f64, [2, 3])) { x in
        isUsedElsewhere ? build(x) + x : build(x)
      }
      let x = try Tensor([1000.0, 1000, -1000, -2000, -2000, -2000], extents: [2, 3])
      let c = try Tensor([2.0, 4, 7, 3, 6, 9], extents: [2, 3])
      let outputs = try GraphInterpreter.evaluate(found, ["x": x, "c": c]).outputs
      let gradient = try #require(outputs["gradient.x"])
      // Shares of ½, ½ and 0 with a mean of 3; of a third each, with a mean of 6.
      let expected = [-0.5, 0.5, 0, -1, 0, 1]
      #expect(gradient.count == expected.count)
      for (index, wanted) in expected.enumerated() {
        let value = gradient.doubles[index] - (isUsedElsewhere ? c.doubles[index] : 0)
        #expect((value - wanted).magnitude < 1e-14)
      }
    }
  }

  /// What the stable forms make of a function of two values.
  private func rewritten(_ build: (_ x: Value, _ other: Value) -> Value) throws -> [String] {
    let builder = GraphBuilder()
    let x = builder.input("x", .f64, [3, 3])
    builder.output("y", build(x, builder.input("other", .f64, [3, 3])))
    return try Pass.stableForms(builder.build()).nodes.map(\.mnemonic)
  }

  @Test("a quotient of exponentials that do not belong together is no softmax")
  func nearMisses() throws {
    for build: (Value, Value) -> Value in [
      { x, other in exp(x) / exp(other).sum(alongAxes: [1]) },
      { x, _ in exp(x) / exp(x).sum(squeezingAxes: [1]) },
      { x, _ in exp(x) / (exp(x) * 2).sum(alongAxes: [1]) },
    ] {
      #expect(try !rewritten(build).contains("softmax"))
    }
  }

  @Test("a shift that is not the same for all that are summed stays")
  func otherShifts() throws {
    for shift: (Value, Value) -> Value in [
      { _, other in stopGradient(other) }, { x, _ in x.max(alongAxes: [0]) },
    ] {
      let found = try rewritten { x, other in
        let powers = exp(x - shift(x, other))
        return powers / powers.sum(alongAxes: [1])
      }
      #expect(found.contains("softmax") && found.contains("subtract"))
    }
    let cancelled = try rewritten { x, _ in
      let powers = exp(x - x.max(alongAxes: [1]))
      return powers / powers.sum(alongAxes: [1])
    }
    #expect(cancelled.contains("softmax"))
  }
}
