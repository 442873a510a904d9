import Adjoint

/// A fully connected network with ReLU between its layers.
struct Perceptron: Model {
  static let learningRate = 0.01
  static let small = [784, 512, 256, 10]
  static let deep = Array(repeating: 32, count: 65) + [10]
  static let wide = [1024, 2048, 2048, 10]

  let name: String
  let widths: [Int]
  let batch: Int

  var layers: Range<Int> { 0..<widths.count - 1 }

  /// For each layer the elements of its weight.
  var weightCounts: [Int] { layers.map { widths[$0] * widths[$0 + 1] } }

  /// Forward, both products of the backward pass (one in the first layer), parameters in and out.
  var trainingWork: Work {
    let counts = weightCounts
    let weights = counts.reduce(0, +)
    return Work(
      operations: 2 * Double(batch * (3 * weights - counts[0])),
      bytesRead: 4 * Double(weights + batch * widths[0]), bytesWritten: 4 * Double(weights))
  }

  func predictions(in builder: GraphBuilder) throws(Diagnostic) -> Value {
    try layers(in: builder).scores
  }

  /// The scores of the classes, with the parameters by name in the order of the layers.
  func layers(
    in builder: GraphBuilder
  ) throws(Diagnostic) -> (scores: Value, parameters: [(name: String, value: Value)]) {
    let features = builder.input("features", .f32, Shape(extents: [batch, widths[0]]))
    let parameters = try parameters(in: builder)
    return (scores(of: features, parameters.map(\.value)), parameters)
  }

  /// The weight and the bias of each layer.
  func parameters(
    in builder: GraphBuilder
  ) throws(Diagnostic) -> [(name: String, value: Value)] {
    var parameters: [(name: String, value: Value)] = []
    for layer in layers {
      let weight = builder.parameter(
        "weight\(layer)", .f32, Shape(extents: [widths[layer], widths[layer + 1]]), .he)
      // Not zeros, with which a bias that is left out would go unnoticed.
      let bias = try builder.parameter(
        "bias\(layer)", .f32, Shape(extents: [widths[layer + 1]]), .uniform(from: -0.05, to: 0.05))
      parameters += [("weight\(layer)", weight), ("bias\(layer)", bias)]
    }
    return parameters
  }

  /// The scores of the classes for rows of features, with parameters in the order of the layers.
  func scores(of features: Value, _ parameters: [Value]) -> Value {
    var values = features
    for layer in layers {
      values = linear(values, weight: parameters[2 * layer], bias: parameters[2 * layer + 1])
      if layer != layers.last { values = relu(values) }
    }
    return values
  }

  /// The mean cross-entropy of scores for the batch's labels.
  func loss(of scores: Value, in builder: GraphBuilder) throws(Diagnostic) -> Value {
    let labels = builder.input("labels", .i32, Shape(extents: [batch]))
    return crossEntropy(logits: scores, indices: labels)
  }

  /// The network with its loss.
  func graph() throws(Diagnostic) -> Graph {
    let builder = GraphBuilder(name)
    try builder.output("loss", loss(of: predictions(in: builder), in: builder))
    return try builder.build()
  }

  func inputs() throws(Diagnostic) -> [String: Tensor] {
    let features = RandomNumbers.uniform(batch * widths[0], "features", from: 0, to: 1)
    return ["features": try Tensor(features, extents: [batch, widths[0]])]
  }

  func referencePredictions(
    _ parameters: [String: [Double]], _ inputs: [String: Tensor]
  ) -> [Double] {
    var reference = PerceptronReference(widths: widths)
    for layer in layers {
      reference.weights.append(parameters["weight\(layer)"] ?? [])
      reference.biases.append(parameters["bias\(layer)"] ?? [])
    }
    let features = inputs["features"]?.floats ?? []
    return (0..<batch).flatMap { example in
      let first = example * widths[0]
      return reference.activations(of: features[first..<first + widths[0]])[layers.count]
    }
  }

  /// The reference with the present parameters of a context.
  func reference(in context: ExecutionContext) throws(Diagnostic) -> PerceptronReference {
    var reference = PerceptronReference(widths: widths)
    for layer in layers {
      reference.weights.append(try context.parameter("weight\(layer)").doubles)
      reference.biases.append(try context.parameter("bias\(layer)").doubles)
    }
    return reference
  }

  /// Examples that suit the initial parameters, and the check of a training step with them.
  func start(_ context: ExecutionContext) throws(Diagnostic) -> Case.Start {
    let initial = try reference(in: context)
    let examples = try initial.examples(batch)
    return Case.Start(inputs: try inputs(of: examples)) { (context) throws(Diagnostic) in
      try check(context, initial, examples)
    }
  }

  func inputs(of examples: PerceptronReference.Examples) throws(Diagnostic) -> [String: Tensor] {
    [
      "features": try Tensor(examples.features, extents: [batch, widths[0]]),
      "labels": try Tensor(examples.labels.map { Int32($0) }),
    ]
  }

  private func check(
    _ context: ExecutionContext, _ initial: PerceptronReference,
    _ examples: PerceptronReference.Examples
  ) throws(Diagnostic) {
    let expected = initial.lossAndGradients(of: examples)
    let loss = try context.scalar("loss")
    var comparison = Comparison(of: "loss")
    comparison.expect(loss, expected.loss, within: 1e-4 * expected.loss.magnitude)
    try comparison.finish()
    for layer in layers {
      try check(
        "weight\(layer)", in: context, initial.weights[layer], expected.weights[layer])
      try check("bias\(layer)", in: context, initial.biases[layer], expected.biases[layer])
    }
    for _ in 0..<10 { try context.run() }
    let later = try context.scalar("loss")
    guard later < loss else {
      throw Diagnostic(
        .wrongResult, "the loss did not fall in ten steps: \(loss) before, \(later) after")
    }
  }

  /// Compares a parameter after one step with w − η·g.
  private func check(
    _ name: String, in context: ExecutionContext, _ initial: [Double], _ gradient: [Double]
  ) throws(Diagnostic) {
    let updated = try context.parameter(name).floats
    let largest = gradient.reduce(0) { max($0, $1.magnitude) } * Self.learningRate
    var comparison = Comparison(of: name)
    for index in initial.indices {
      let expected = initial[index] - Self.learningRate * gradient[index]
      // The step may be wrong by a thousandth of the largest one, the sum by its rounding.
      comparison.expect(
        Double(updated[index]), expected,
        within: 1e-3 * largest + Double(Float(initial[index]).ulp))
    }
    try comparison.finish()
  }
}
