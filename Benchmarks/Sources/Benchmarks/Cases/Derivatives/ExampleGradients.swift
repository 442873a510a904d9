import Adjoint

extension Perceptron {
  /// The gradient of the loss of each example, in one batch and not one after the other.
  private func exampleGradientGraph() throws(Diagnostic) -> Graph {
    let builder = GraphBuilder(name)
    let parameters = try parameters(in: builder)
    let features = builder.input("features", .f32, [batch, widths[0]])
    let labels = builder.input("labels", .i32, [batch])
    let gradient = vectorized { (example: [Value]) in
      let scores = scores(of: example[0].reshaped(to: [1, widths[0]]), parameters.map(\.value))
      let loss = crossEntropy(logits: scores, indices: example[1].reshaped(to: [1]))
      return gradients(of: loss, withRespectTo: parameters.map(\.value))
    }
    for (parameter, slopes) in zip(parameters, gradient([features, labels])) {
      builder.output("example.\(parameter.name)", slopes)
    }
    return try builder.build()
  }

  /// Forward and back as in a training step, and an outer product for each example and weight.
  private var exampleGradientWork: Work {
    let counts = weightCounts
    let weights = counts.reduce(0, +)
    let all = weights + widths.dropFirst().reduce(0, +)
    return Work(
      operations: 2 * Double(batch * (3 * weights - counts[0])),
      bytesRead: 4 * Double(all + batch * widths[0]), bytesWritten: 4 * Double(batch * all))
  }

  /// Compares the gradients of each example.
  private func checkExamples(
    _ context: ExecutionContext, _ reference: PerceptronReference,
    _ examples: PerceptronReference.Examples
  ) throws(Diagnostic) {
    var expected: [String: [Double]] = [:]
    for example in 0..<batch {
      let features = examples.features[example * widths[0]..<(example + 1) * widths[0]]
      let slopes = reference.lossAndGradients(
        of: .init(features: Array(features), labels: [examples.labels[example]]))
      for layer in layers {
        expected["weight\(layer)", default: []] += slopes.weights[layer]
        expected["bias\(layer)", default: []] += slopes.biases[layer]
      }
    }
    for (name, expected) in expected.sorted(by: { $0.key < $1.key }) {
      try FormulaCheck.expect(
        "example.\(name)", try context.output("example.\(name)").doubles, expected, within: 1e-5)
    }
  }

  var exampleGradients: Case {
    Case(
      name: name,
      summary:
        "\(widths.map(String.init).joined(separator: "-")), ReLU, cross-entropy, batch \(batch): "
        + "the gradient of each example",
      limit: .work(exampleGradientWork)
    ) { () throws(Diagnostic) in
      Case.Workload(graph: try exampleGradientGraph()) { (context) throws(Diagnostic) in
        let reference = try reference(in: context)
        let examples = try reference.examples(batch)
        return Case.Start(inputs: try inputs(of: examples)) { (context) throws(Diagnostic) in
          try checkExamples(context, reference, examples)
        }
      }
    }
  }
}
