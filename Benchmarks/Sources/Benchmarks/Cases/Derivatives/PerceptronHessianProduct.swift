import Adjoint

extension Case {
  /// The product of a network's Hessian with a direction, forward mode over reverse mode.
  static let hessianProduct: Case = {
    let perceptron = Perceptron(name: "hvp_mlp_b32", widths: Perceptron.small, batch: 32)
    return Case(
      name: perceptron.name,
      summary: "784-512-256-10, ReLU, cross-entropy, batch 32: Hessian-vector product of the loss",
      limit: .work(perceptron.hessianProductWork)
    ) { () throws(Diagnostic) in
      Workload(
        graph: try perceptron.hessianProductGraph(), start: perceptron.startHessianProduct)
    }
  }()
}

extension Perceptron {
  /// Forward 1 product a layer, its tangent 2, the cotangent 1 and its tangent 2, the tangent of the
  /// gradient 2; the first layer's input has neither tangent nor cotangent.
  fileprivate var hessianProductWork: Work {
    let counts = weightCounts
    let weights = counts.reduce(0, +)
    return Work(
      operations: 2 * Double(batch * (8 * weights - 5 * counts[0])),
      bytesRead: 4 * Double(2 * weights + batch * widths[0]), bytesWritten: 4 * Double(weights))
  }

  fileprivate func hessianProductGraph() throws(Diagnostic) -> Graph {
    let builder = GraphBuilder(name)
    let (scores, parameters) = try layers(in: builder)
    let values = parameters.map(\.value)
    var directions: [Value] = []
    for (name, value) in parameters {
      directions.append(builder.input("tangent.\(name)", .f32, value.shape))
    }
    let slopes = try gradients(of: loss(of: scores, in: builder), withRespectTo: values)
    let products = jacobianVectorProduct(
      of: slopes, withRespectTo: values, tangents: directions)
    for (parameter, product) in zip(parameters, products) {
      builder.output("hessian_product.\(parameter.name)", product)
    }
    return try builder.build()
  }

  fileprivate func startHessianProduct(
    _ context: ExecutionContext
  ) throws(Diagnostic) -> Case.Start {
    let reference = try reference(in: context)
    let examples = try reference.examples(batch)
    var inputs = try inputs(of: examples)
    var directions: [String: [Float]] = [:]
    for port in context.executable.parameters {
      let numbers = RandomNumbers.uniform(port.type.shape.elementCount ?? 0, port.name)
      directions[port.name] = numbers
      inputs["tangent.\(port.name)"] = try Tensor(
        numbers, extents: port.type.shape.extents ?? [])
    }
    let moves = directions
    return Case.Start(inputs: inputs) { (context) throws(Diagnostic) in
      try check(context, reference, examples, moves)
    }
  }

  /// Compares with the central difference of the gradient in f64.
  private func check(
    _ context: ExecutionContext, _ reference: PerceptronReference,
    _ examples: PerceptronReference.Examples, _ directions: [String: [Float]]
  ) throws(Diagnostic) {
    let distance = 1e-6
    var slopes: [(weights: [[Double]], biases: [[Double]])] = []
    for sign in [distance, -distance] {
      var moved = reference
      for layer in layers {
        move(&moved.weights[layer], along: directions["weight\(layer)"] ?? [], by: sign)
        move(&moved.biases[layer], along: directions["bias\(layer)"] ?? [], by: sign)
      }
      let result = moved.lossAndGradients(of: examples)
      slopes.append((result.weights, result.biases))
    }
    for layer in layers {
      try check("weight\(layer)", context, slopes.map { $0.weights[layer] }, distance)
      try check("bias\(layer)", context, slopes.map { $0.biases[layer] }, distance)
    }
  }

  private func check(
    _ name: String, _ context: ExecutionContext, _ slopes: [[Double]], _ distance: Double
  ) throws(Diagnostic) {
    let expected = zip(slopes[0], slopes[1]).map { ($0 - $1) / (2 * distance) }
    let largest = expected.reduce(0) { max($0, $1.magnitude) }
    var comparison = Comparison(of: "hessian_product.\(name)")
    for (actual, expected) in zip(try context.output("hessian_product.\(name)").doubles, expected) {
      comparison.expect(actual, expected, within: 1e-3 * largest)
    }
    try comparison.finish()
  }

  private func move(_ values: inout [Double], along direction: [Float], by distance: Double) {
    for index in values.indices { values[index] += distance * Double(direction[index]) }
  }
}
