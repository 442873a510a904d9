import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses
import TestSupport
import Testing

@Suite("Graphs of batches, and derivatives through them")
struct BatchedGraphTests {
  /// A perceptron with one hidden layer, and its loss of one example.
  private func perceptron(_ x: Value, _ t: Value, _ weights: [Value]) -> Value {
    let hidden = tanh(matmul(x, weights[0]) + weights[1])
    return crossEntropy(matmul(hidden, weights[2]) + weights[3], t)
  }

  private func crossEntropy(_ z: Value, _ t: Value) -> Value { -(t * logSoftmax(z)).sum() }

  private func inputs(
    _ builder: GraphBuilder, _ shapes: [String: Shape]
  ) -> [String: Value] {
    var values: [String: Value] = [:]
    for (name, shape) in shapes.sorted(by: { $0.key < $1.key }) {
      values[name] = builder.input(name, .f64, shape)
    }
    return values
  }

  private let weightShapes: [String: Shape] = ["w1": [4, 5], "b1": [5], "w2": [5, 3], "b2": [3]]
  private let weightNames = ["w1", "b1", "w2", "b2"]

  private func sources(_ shapes: [String: Shape]) throws -> [String: Tensor] {
    var tensors: [String: Tensor] = [:]
    for (number, entry) in shapes.sorted(by: { $0.key < $1.key }).enumerated() {
      tensors[entry.key] = try .random(TensorType(.f64, entry.value), seed: UInt64(number))
    }
    return tensors
  }

  /// The graph of one example: loss and gradients.
  private func example() throws -> Graph {
    let builder = GraphBuilder("example")
    let values = inputs(builder, weightShapes.merging(["x": [4], "t": [3]]) { a, _ in a })
    let weights = weightNames.compactMap { values[$0] }
    let loss = try perceptron(#require(values["x"]), #require(values["t"]), weights)
    builder.output("loss", loss)
    for (name, gradient) in zip(weightNames, gradients(of: loss, withRespectTo: weights)) {
      builder.output(name + "_gradient", gradient)
    }
    return try builder.build()
  }

  @Test("per-example gradients of a perceptron, vectorized while building and afterwards")
  func perExampleGradients() throws {
    let shapes = weightShapes.merging(["x": [6, 4], "t": [6, 3]]) { a, _ in a }
    let sources = try sources(shapes)
    let builder = GraphBuilder("batch")
    let values = inputs(builder, shapes)
    let weights = weightNames.compactMap { values[$0] }
    let results = try vectorized { (arguments: [Value]) in
      gradients(of: perceptron(arguments[0], arguments[1], weights), withRespectTo: weights)
    }([#require(values["x"]), #require(values["t"])])
    for (name, value) in zip(weightNames, results) { builder.output(name + "_gradient", value) }
    let example = try example()
    let graphs = try [
      builder.build(), example.vectorized(over: ["x", "t"], extent: 6),
      example.vectorized(over: ["t", "x"], extent: "N").binding(["N": 6]),
    ]
    for graph in try graphs + graphs.map({ try Pipeline.standard($0) }) {
      let batched = try GraphInterpreter.evaluate(graph, sources).outputs
      for number in 0..<6 {
        var own = sources
        for name in ["x", "t"] { own[name] = try sources[name]?.example(number) }
        let alone = try GraphInterpreter.evaluate(example, own).outputs
        for name in weightNames.map({ $0 + "_gradient" }) {
          let (one, other) = try (#require(batched[name]).example(number), #require(alone[name]))
          #expect(one.type == other.type)
          #expect(DerivativeCheck.disagreement(one, other, roundoff: 1e-15) < 1e-13, "\(name)")
        }
      }
    }
  }

  @Test("the gradient of a batched sum is the sum of the gradients, and forward mode agrees")
  func gradientOfBatched() throws {
    let shapes = weightShapes.merging(["x": [6, 4], "t": [6, 3]]) { a, _ in a }
    let builder = GraphBuilder("batch")
    let values = inputs(builder, shapes)
    let weights = weightNames.compactMap { values[$0] }
    let (x, t) = try (#require(values["x"]), #require(values["t"]))
    let losses = vectorized { (x: Value, t: Value) in perceptron(x, t, weights) }(x, t)
    let perExample = vectorized { (arguments: [Value]) in
      gradients(of: perceptron(arguments[0], arguments[1], weights), withRespectTo: weights)
    }([x, t])
    let summed = gradients(of: losses.sum(), withRespectTo: weights)
    for (name, pair) in zip(weightNames, zip(perExample, summed)) {
      builder.output("\(name)_one", pair.0.sum(squeezingAxes: [0]))
      builder.output("\(name)_other", pair.1)
    }
    let directions = weights.map { builder.full(0.5, $0.type) }
    builder.output(
      "forward",
      jacobianVectorProduct(of: [losses], withRespectTo: weights, tangents: directions)[0])
    builder.output(
      "products",
      zip(perExample, directions).map { gradient, direction in
        vectorized({ (g: Value, d: Value) in (g * d).sum() }, axes: (0, nil))(gradient, direction)
      }.dropFirst().reduce(
        vectorized({ (g: Value, d: Value) in (g * d).sum() }, axes: (0, nil))(
          perExample[0], directions[0])
      ) { $0 + $1 })
    let outputs = try GraphInterpreter.evaluate(builder.build(), sources(shapes)).outputs
    for (one, other) in weightNames.map({ ("\($0)_one", "\($0)_other") })
      + [("forward", "products")]
    {
      let values = try (#require(outputs[one]), #require(outputs[other]))
      #expect(DerivativeCheck.disagreement(values.0, values.1, roundoff: 1e-14) < 1e-12, "\(one)")
    }
  }

  @Test("outputs that depend on no batched input stay, updates that depend on none too")
  func unbatched() throws {
    let builder = GraphBuilder("mixed")
    let x = builder.input("x", .f32, [2])
    let w = builder.parameter("w", .f32, [2])
    builder.output("y", x * w)
    builder.output("norm", (w * w).sum())
    builder.update(w, to: w * 0.5)
    let graph = try builder.build().vectorized(over: ["x"], extent: "N")
    #expect(graph.outputs.map(\.description) == ["y: f32[N, 2]", "norm: f32[]"])
    #expect(graph.inputs.map(\.description) == ["x: f32[N, 2]"])
    #expect(graph.updates.count == 1)
    try GraphVerifier.verify(graph)
  }

  @Test("what cannot be: unknown and repeated inputs, none, a parameter, an update by example")
  func refusals() throws {
    let builder = GraphBuilder("mixed")
    let x = builder.input("x", .f32, [2])
    let w = builder.parameter("w", .f32, [2])
    builder.output("y", x * w)
    builder.update(w, to: w - x)
    let graph = try builder.build()
    func expect(
      _ code: Diagnostic.Code, _ words: String, _ names: [String], _ extent: Shape.Dimension = "N"
    ) {
      let error = #expect(throws: Diagnostic.self) {
        try graph.vectorized(over: names, extent: extent)
      }
      #expect(error?.code == code)
      #expect(error?.message.contains(words) == true, "\(String(describing: error))")
    }
    expect(.unknownName, "it has x", ["xx"])
    expect(.duplicateName, "twice", ["x", "x"])
    expect(.invalidArgument, "name inputs", [])
    expect(.invalidArgument, "w is a parameter", ["w"])
    expect(.invalidArgument, "the parameter w is updated", ["x"])
    expect(.invalidType, "not -1", ["x"], .fixed(-1))
    expect(.invalidType, "overflows", ["x"], .fixed(.max))
    expect(.invalidType, "not a name", ["x"], "not a name")
  }
}
