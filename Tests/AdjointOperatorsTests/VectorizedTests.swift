import AdjointCore
import AdjointGraph
import AdjointOperators
import TestSupport
import Testing

@Suite("Functions of batches")
struct VectorizedTests {
  private let builder = GraphBuilder("batch")

  private func evaluate(_ sources: [String: Tensor]) throws -> [String: Tensor] {
    try GraphInterpreter.evaluate(builder.build(), sources).outputs
  }

  private func tensor(_ elements: [Double], _ extents: [Int]) throws -> Tensor {
    try Tensor(.f64(elements), extents: extents)
  }

  @Test("the axis of the batch may be any of an argument's, and is the first of the results")
  func axes() throws {
    let x = builder.input("x", .f64, [2, 3])
    let sums = vectorized({ (a: Value) in a.sum() }, axis: -1)(x)
    #expect(sums.shape == [3])
    builder.output("y", sums)
    let result = try evaluate(["x": tensor([1, 2, 3, 10, 20, 30], [2, 3])])
    #expect(result["y"]?.doubles == [11, 22, 33])
  }

  @Test("values from outside are shared, and what depends on no argument is repeated")
  func shared() throws {
    let x = builder.input("x", .f64, ["N", 2])
    let w = builder.input("w", .f64, [2, 2])
    let results = vectorized { (a: [Value]) in [matmul(a[0], w), w.sum()] }([x])
    #expect(results[0].shape == ["N", 2])
    #expect(results[1].shape == ["N"])
    for (name, value) in zip(["y", "s"], results) { builder.output(name, value) }
    let graph = try builder.build().binding(["N": 2])
    let outputs = try GraphInterpreter.evaluate(
      graph, ["x": tensor([1, 0, 0, 1], [2, 2]), "w": tensor([1, 2, 3, 4], [2, 2])]
    ).outputs
    #expect(outputs["y"]?.doubles == [1, 2, 3, 4])
    #expect(outputs["s"]?.doubles == [10, 10])
    // One product for the batch, and no node of one example is left.
    #expect(graph.nodes.count { $0.mnemonic == "dot_general" } == 1)
    #expect(graph.nodes.allSatisfy { $0.mnemonic != "example" })
  }

  @Test("names stay with what takes the place of a node, and parameters declared inside stay")
  func names() throws {
    let x = builder.input("x", .f64, [3, 2])
    let y = vectorized { (a: Value) in
      let w = builder.parameter("w", .f64, [2])
      return (a * w).named("scaled").sum()
    }(x)
    builder.output("y", y)
    let graph = try builder.build()
    #expect(graph.parameters.map(\.name) == ["w"])
    #expect(try graph.type(of: graph.value(named: "scaled")).shape == [3, 2])
  }

  @Test("the mean of a function by a named extent")
  func extents() throws {
    let x = builder.input("x", .f64, ["N", "T"])
    builder.output("y", vectorized { (a: Value) in a.mean() }(x))
    let graph = try builder.build().binding(["N": 2, "T": 3])
    let result = try GraphInterpreter.evaluate(
      graph, ["x": tensor([1, 2, 3, 4, 5, 9], [2, 3])])
    #expect(result.outputs["y"]?.doubles == [2, 6])
  }

  @Test("an inner function over an outer one's example, each with an axis of its own")
  func nestedOverOuter() throws {
    let x = builder.input("x", .f64, [2])
    let y = builder.input("y", .f64, [3])
    // All sums of one of x and one of y.
    let table = vectorized { (a: Value) in vectorized { (b: Value) in 10 * a + b }(y) }(x)
    #expect(table.shape == [2, 3])
    builder.output("t", table)
    let result = try evaluate(["x": tensor([1, 2], [2]), "y": tensor([1, 2, 3], [3])])
    #expect(result["t"]?.doubles == [11, 12, 13, 21, 22, 23])
  }

  @Test("a long function has one node for each of its own in the batch, and none more")
  func nodes() throws {
    let x = builder.input("x", .f64, ["N", 2])
    let count = 20_000
    let y = vectorized { (x: Value) in
      var value = x
      for step in 0..<count { value = step.isMultiple(of: 2) ? sin(value) : tanh(value) }
      return value
    }(x)
    builder.output("y", y)
    #expect(try builder.build().nodeCount == 1 + count)
  }

  @Test(
    "indices of its own for each example, those out of range too",
    arguments: [[true, true], [false, true], [true, false]], [0, 1])
  func gathers(_ isBatched: [Bool], _ axis: Int) throws {
    let data = try Tensor.random(TensorType(.f64, extents: [3, 4, 5]), seed: 1)
    let indices = try Tensor(
      .i32([0, 3, -1, 2, 4, 1, 2, 0, 9, -5, 1, 1]), extents: [3, 2, 2])
    let x = builder.input("x", .f64, isBatched[0] ? [3, 4, 5] : [4, 5])
    let at = builder.input("at", .i32, isBatched[1] ? [3, 2, 2] : [2, 2])
    let axes = isBatched.map { $0 ? 0 : nil as Int? }
    builder.output(
      "y", vectorized({ [$0[0].gathered(at: $0[1], axis: axis)] }, axes: axes)([x, at])[0])
    let result = try #require(
      evaluate([
        "x": isBatched[0] ? data : data.example(0),
        "at": isBatched[1] ? indices : indices.example(0),
      ])["y"])
    let alone = GraphBuilder("example")
    alone.output(
      "y",
      alone.input("x", .f64, [4, 5]).gathered(at: alone.input("at", .i32, [2, 2]), axis: axis))
    let graph = try alone.build()
    for number in 0..<3 {
      let expected = try GraphInterpreter.evaluate(
        graph,
        [
          "x": data.example(isBatched[0] ? number : 0),
          "at": indices.example(isBatched[1] ? number : 0),
        ]
      ).outputs["y"]
      #expect(try result.example(number).description == expected?.description)
    }
  }

  @Test("updates at indices of each example's own", arguments: [0, 1], [ScalarType.i32, .u8])
  func scatters(_ axis: Int, _ indexType: ScalarType) throws {
    let data = try Tensor.random(TensorType(.f64, extents: [3, 4, 4]), seed: 1)
    let updates = try Tensor.random(TensorType(.f64, extents: [3, 2, 4]), seed: 2)
    let indices = try Tensor(
      Tensor.Storage(casting: [0, 0, 3, 7, 2, 1], as: indexType), extents: [3, 2])
    let shape: Shape = axis == 0 ? [2, 4] : [4, 2]
    func scattered(_ values: [Value]) -> Value {
      values[0].scatterAdding(values[1].reshaped(to: shape), at: values[2], axis: axis)
    }
    let inputs = [
      builder.input("x", .f64, ["N", 4, 4]), builder.input("u", .f64, ["N", 2, 4]),
      builder.input("at", indexType, ["N", 2]),
    ]
    builder.output("y", vectorized { [scattered($0)] }(inputs)[0])
    let sources = ["x": data, "u": updates, "at": indices]
    let result = try #require(
      GraphInterpreter.evaluate(builder.build().binding(["N": 3]), sources).outputs["y"])
    let alone = GraphBuilder("example")
    alone.output(
      "y",
      scattered([
        alone.input("x", .f64, [4, 4]), alone.input("u", .f64, [2, 4]),
        alone.input("at", indexType, [2]),
      ]))
    let graph = try alone.build()
    for number in 0..<3 {
      let own = try sources.mapValues { try $0.example(number) }
      let expected = try GraphInterpreter.evaluate(graph, own).outputs["y"]
      #expect(try result.example(number).doubles == expected?.doubles)
    }
  }
}
