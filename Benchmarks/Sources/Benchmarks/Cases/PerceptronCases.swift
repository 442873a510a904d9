import Adjoint

extension Case {
  /// Training steps of fully connected networks.
  static let perceptrons = [
    perceptron("mlp_b1", [784, 512, 256, 10], batch: 1),
    perceptron("mlp_b32", [784, 512, 256, 10], batch: 32),
    perceptron("mlp_b128", [784, 512, 256, 10], batch: 128),
    perceptron(
      "deepnarrow_b32", Array(repeating: 32, count: 65) + [10], batch: 32,
      layers: "64 layers of 32→32, then 32→10"),
    perceptron("wide_b256", [1024, 2048, 2048, 10], batch: 256),
  ]

  private static func perceptron(
    _ name: String, _ widths: [Int], batch: Int, layers: String? = nil
  ) -> Case {
    let layers = layers ?? widths.map(String.init).joined(separator: "-")
    return Case(
      name: name,
      summary: "\(layers), ReLU, cross-entropy, batch \(batch): a step of gradient descent"
    ) { () throws(Diagnostic) in
      let perceptron = Perceptron(name: name, widths: widths, batch: batch)
      return Workload(
        graph: try perceptron.graph().trainingStep(
          minimizing: "loss", with: .sgd(learningRate: Perceptron.learningRate)),
        prepare: perceptron.prepare)
    }
  }
}

/// A fully connected network with ReLU between its layers, trained on one batch.
private struct Perceptron {
  static let learningRate = 0.01
  let name: String
  let widths: [Int]
  let batch: Int

  private var layers: Range<Int> { 0..<widths.count - 1 }

  func graph() throws(Diagnostic) -> Graph {
    let builder = GraphBuilder(name)
    var values = try builder.input("features", .f32, Shape(extents: [batch, widths[0]]))
    let labels = try builder.input("labels", .i32, Shape(extents: [batch]))
    for layer in layers {
      let weight = try builder.parameter(
        "weight\(layer)", .f32, Shape(extents: [widths[layer], widths[layer + 1]]), .he)
      // Not zeros, with which a bias that is left out would go unnoticed.
      let bias = try builder.parameter(
        "bias\(layer)", .f32, Shape(extents: [widths[layer + 1]]), .uniform(from: -0.05, to: 0.05))
      values = try linear(values, weight: weight, bias: bias)
      if layer != layers.last { values = try relu(values) }
    }
    try builder.output("loss", crossEntropy(logits: values, indices: labels))
    return try builder.build()
  }

  func prepare(_ context: ExecutionContext) throws(Diagnostic) -> Case.Check {
    var reference = PerceptronReference(widths: widths)
    for layer in layers {
      reference.weights.append(try context.parameter("weight\(layer)").floats)
      reference.biases.append(try context.parameter("bias\(layer)").floats)
    }
    let examples = try reference.examples(batch)
    try context.set("features", to: Tensor(examples.features, extents: [batch, widths[0]]))
    try context.set("labels", to: Tensor(examples.labels.map { Int32($0) }))
    let initial = reference
    return { (context) throws(Diagnostic) in try check(context, initial, examples) }
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
    _ name: String, in context: ExecutionContext, _ initial: [Float], _ gradient: [Double]
  ) throws(Diagnostic) {
    let updated = try context.parameter(name).floats
    let largest = gradient.reduce(0) { max($0, $1.magnitude) } * Self.learningRate
    var comparison = Comparison(of: name)
    for index in initial.indices {
      let expected = Double(initial[index]) - Self.learningRate * gradient[index]
      // The step may be wrong by a thousandth of the largest one, the sum by its rounding.
      comparison.expect(
        Double(updated[index]), expected,
        within: 1e-3 * largest + Double(initial[index].ulp))
    }
    try comparison.finish()
  }
}
