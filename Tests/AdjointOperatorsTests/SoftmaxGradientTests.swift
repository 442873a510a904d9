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
    let x = builder.input("x", type.scalarType, type.shape)
    let c = builder.input("c", type.scalarType, type.shape)
    try builder.output("loss", (c * softmax(x)).sum())
    var graph = try builder.build()
    if simplifiesFirst { graph = try Pipeline.standard(graph) }
    return try Pipeline.standard(graph.differentiatedAsWritten("loss", withRespectTo: ["x"]))
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
      let found = try graph(type, simplifiesFirst: simplifiesFirst) { softmax($0) }
      #expect(try formula(found) == expected(Self.byHand))
    }
    let inner = try graph(TensorType(.f32, [4, 8, 5]), simplifiesFirst: simplifiesFirst) {
      softmax($0, axis: 1)
    }
    #expect(try formula(inner) == expected(Self.byHand))
  }

  @Test("is the same where the softmax is written out", arguments: [false, true])
  func writtenOut(_ simplifiesFirst: Bool) throws {
    let type = TensorType(.f64, [8, 10])
    let kept = try graph(type, simplifiesFirst: simplifiesFirst) {
      exp($0) / exp($0).sum(alongAxes: [1])
    }
    #expect(try formula(kept) == expected(Self.safely))
  }

  @Test("does not overflow where the exponentials would", arguments: [false, true])
  func extremeScores(_ isUsedElsewhere: Bool) throws {
    let found = try graph(TensorType(.f64, [2, 3])) { x in
      let y = exp(x) / exp(x).sum(alongAxes: [1])
      return isUsedElsewhere ? y + x : y
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

  /// What becomes of a function of a value, a cotangent and something else.
  private func rewritten(
    _ families: Set<Rewrite.Family>,
    _ build: (_ x: Value, _ c: Value, _ other: Value) throws -> Value
  ) throws -> String {
    let square = TensorType(.f64, [3, 3])
    return try ElementwiseTesting.formula([square, square, square], families) {
      try build($0[0], $0[1], $0[2])
    }
  }

  private func powers(_ x: Value) throws -> Value {
    exp(x - stopGradient(x.max(alongAxes: [1])))
  }

  private func total(_ x: Value) throws -> Value { try powers(x).sum(alongAxes: [1]) }

  private func share(_ x: Value) throws -> Value { try powers(x) / total(x) }

  /// Σ c · −(y / divisor), repeated.
  private func indirect(
    _ c: Value, _ y: Value, by divisor: Value, along axis: Int = 1
  ) throws -> Value {
    (c * -(y / divisor)).sum(alongAxes: [axis])
  }

  @Test("is found in its parts")
  func parts() throws {
    let expected = try rewritten([]) { x, c, _ in
      try share(x) * (c - (c * share(x)).sum(alongAxes: [1]))
    }
    let single = try rewritten([.stableForm]) { x, c, _ in
      try powers(x) * (c / total(x) + indirect(c, share(x), by: total(x)))
    }
    let double = try rewritten([.stableForm]) { x, c, _ in
      try powers(x) * indirect(c, share(x), by: total(x)) + powers(x) * (c / total(x))
    }
    #expect(single.droppingReshapes == expected.droppingReshapes)
    #expect(double.droppingReshapes == expected.droppingReshapes)
  }

  /// Stands in a sum with c / Σ exp(x) as if it were the indirect branch, and is not.
  private func expectNothing(
    in name: String, _ wrong: (_ x: Value, _ c: Value, _ other: Value) throws -> Value
  ) throws {
    let build = { (x: Value, c: Value, other: Value) throws in
      try powers(x) * (c / total(x) + wrong(x, c, other))
    }
    #expect(try rewritten([.stableForm], build) == rewritten([], build), "\(name)")
  }

  @Test("is not seen in branches that do not belong together")
  func nearMisses() throws {
    try expectNothing(in: "another cotangent") { x, _, other in
      try indirect(other, share(x), by: total(x))
    }
    try expectNothing(in: "another softmax") { x, c, other in
      try indirect(c, share(other), by: total(x))
    }
    try expectNothing(in: "another divisor") { x, c, other in
      try indirect(c, share(x), by: total(other))
    }
    try expectNothing(in: "other axes") { x, c, _ in
      try indirect(c, share(x), by: total(x), along: 0)
    }
    try expectNothing(in: "the wrong sign") { x, c, _ in
      try (c * (share(x) / total(x))).sum(alongAxes: [1])
    }
  }

  @Test("is not seen where the second exponential is another one")
  func anotherExponential() throws {
    let build = { (x: Value, c: Value, other: Value) throws in
      try powers(x) * (c / total(x)) + powers(other) * indirect(c, share(x), by: total(x))
    }
    #expect(try rewritten([.stableForm], build) == rewritten([], build))
  }

  @Test("is not seen where the shift is not the same for all that are summed")
  func otherShifts() throws {
    let shifts: [(_ x: Value, _ other: Value) throws -> Value] = [
      { _, other in stopGradient(other) }, { x, _ in x.max(alongAxes: [0]) },
    ]
    for shift in shifts {
      let build = { (x: Value, c: Value, other: Value) throws in
        let shifted = try exp(x - shift(x, other))
        let y = shifted / shifted.sum(alongAxes: [1])
        let sum = exp(x).sum(alongAxes: [1])
        return try exp(x) * (c / sum + indirect(c, y, by: sum))
      }
      #expect(try rewritten([.stableForm], build) == rewritten([], build))
    }
  }
}

extension String {
  /// This formula without the reshapes around sums that keep their axes.
  fileprivate var droppingReshapes: String {
    var text = self
    while let range = text.firstRange(of: "reshape(") {
      var depth = 1
      var end = range.upperBound
      while depth > 0 {
        depth += text[end] == "(" ? 1 : text[end] == ")" ? -1 : 0
        end = text.index(after: end)
      }
      text.replaceSubrange(range.lowerBound..<end, with: text[range.upperBound..<end].dropLast())
    }
    return text
  }
}
