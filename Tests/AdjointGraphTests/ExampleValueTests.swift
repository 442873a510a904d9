import AdjointCore
import AdjointGraph
import AdjointOperators
import Testing

/// What the example files compute, against the formulas in their comments.
@Suite struct ExampleValueTests {
  /// The outputs of a file for some inputs, its parameters at their initial values.
  private func outputs(
    _ name: String, _ inputs: [String: Tensor], _ extents: [String: Int] = [:]
  ) throws -> [String: [Double]] {
    let graph = try ExampleFiles.graph(name).binding(extents)
    var sources = inputs
    for node in graph.nodes {
      guard case .parameter(let initializer) = node.kind, let name = node.name else { continue }
      sources[name] = try initializer.tensor(node.resultTypes[0], name: name, seed: 1)
    }
    return try GraphInterpreter.evaluate(graph, sources).outputs.mapValues(\.doubles)
  }

  private func expect(_ actual: [Double]?, near expected: [Double]) throws {
    let actual = try #require(actual)
    #expect(actual.count == expected.count)
    for (a, b) in zip(actual, expected) { #expect((a - b).magnitude < 1e-14, "\(a) \(b)") }
  }

  @Test func trace() throws {
    let outputs = try outputs(
      "trace.graph", ["x1": Tensor(scalar: 1, .f64), "x2": Tensor(scalar: 2, .f64)])
    try expect(outputs["y"], near: [8.479758672104968])
  }

  @Test func logistic() throws {
    let outputs = try outputs(
      "logistic.graph", ["x": Tensor(scalar: 1, .f64), "t": Tensor(scalar: 0, .f64)])
    let y = 0.6224593312018546  // 1 / (1 + exp(−0.5))
    try expect(outputs["y"], near: [y])
    try expect(outputs["loss"], near: [y * y / 2])
  }

  @Test func manyChildren() throws {
    let outputs = try outputs("many-children.graph", ["t": Tensor(scalar: 0, .f64)])
    try expect(outputs["f"], near: [1])
  }

  @Test func twoLayer() throws {
    let outputs = try outputs("two-layer.graph", ["x": Tensor([-0.25]), "t": Tensor([1.0])])
    // b1 + x·W1 = [0, 0.6875], of which the sigmoid is [0.5, s].
    let s = 0.665410558746814
    let y = 0.5 * 1.5 - 0.75 * s + 0.0625
    try expect(outputs["y"], near: [y])
    try expect(outputs["loss"], near: [(y - 1) * (y - 1) / 2])
  }

  @Test func skip() throws {
    let outputs = try outputs(
      "skip.graph", ["x": Tensor([2.0, 1, 4]), "delta": Tensor([1.0, 10, 100])])
    // W1·x = [1, 5]
    try expect(outputs["y"], near: [1.25 - 2.5 + 2, 0.75 + 5 + 1, -0.25 + 2.5 + 4])
    try expect(outputs["product"], near: [0.75 + 67.5 + 625])
    let cut = try self.outputs(
      "skip.graph", ["x": Tensor([0.0, 1, 0]), "delta": Tensor([0.0, 0, 0])])
    // W1·x = [−1, 0.5]
    try expect(cut["y"], near: [-0.25, 1.5, 0.25])
  }

  @Test func softmaxRegression() throws {
    let outputs = try outputs(
      "softmax-regression.graph",
      ["x": Tensor([0.0, 0, 0, 1000, 0, 0], extents: [2, 3]), "labels": Tensor([Int32(2), 3])],
      ["B": 2])
    try expect(outputs["logits"], near: [0.1, -0.2, 0.3, 0, 200.1, -500.2, 100.3, 400])
    // log(e^0.1 + e^−0.2 + e^0.3 + 1) − 0.3, and 0: far apart logits do not overflow.
    try expect(outputs["loss"], near: [(1.452494113850119 - 0.3) / 2])
  }
}
