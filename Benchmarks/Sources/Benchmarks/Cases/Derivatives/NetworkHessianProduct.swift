import Adjoint

extension Case {
  /// The product of the Hessian of a network's loss with a direction, by the library's transform of its graph.
  static func hessianProduct(
    _ name: String, _ summary: String, _ work: Work, _ network: any Network
  ) -> Case {
    Case(
      name: name, summary: "\(summary): Hessian-vector product of the loss", limit: .work(work)
    ) { () throws(Diagnostic) in
      let builder = GraphBuilder(name)
      let predictions = try network.predictions(in: builder)
      try builder.output("loss", network.loss(of: predictions, in: builder))
      let graph = try builder.build()
      let product = try graph.hessianVectorProduct(
        of: "loss", withRespectTo: graph.parameters.map(\.name))
      return Workload(graph: product) { (context) throws(Diagnostic) in
        let check = CurvatureCheck(
          network: network, inputs: try network.inputs(), initial: try context.parameterNumbers(),
          directions: try context.executable.directions())
        return Start(inputs: check.startingInputs, check: check.callAsFunction)
      }
    }
  }
}

extension Executable {
  /// A direction for each parameter.
  fileprivate func directions() throws(Diagnostic) -> [String: Tensor] {
    var directions: [String: Tensor] = [:]
    for port in parameters {
      let numbers = RandomNumbers.uniform(
        port.type.shape.elementCount ?? 0, "direction.\(port.name)")
      directions[port.name] = try Tensor(numbers, extents: port.type.shape.extents ?? [])
    }
    return directions
  }
}

/// Compares a Hessian-vector product with second differences of the loss in plain loops.
private struct CurvatureCheck {
  let network: any Network
  let inputs: [String: Tensor]
  let initial: [String: [Double]]
  let directions: [String: Tensor]

  var startingInputs: [String: Tensor] {
    directions.reduce(into: inputs) { $0["tangent.\($1.key)"] = $1.value }
  }

  /// Compares the part of each parameter along random signs.
  func callAsFunction(_ context: ExecutionContext) throws(Diagnostic) {
    let size = directions.values.reduce(0) { $0 + norm($1.doubles) * norm($1.doubles) }.squareRoot()
    for (name, values) in initial.sorted(by: { $0.key < $1.key }) {
      let product = try context.output("hessian_product.\(name)").doubles
      let signs = RandomNumbers.integers(product.count, name, below: 2).map { Double(2 * $0 - 1) }
      let length = Double(values.count).squareRoot()
      // Both steps are short against the parameters and their sum is still seen in f64.
      let (along, across) = (1e-3 / size, 1e-3 / length)
      var sum = 0.0
      for (first, second) in [(1.0, 1.0), (1, -1), (-1, 1), (-1, -1)] {
        var moved = initial
        for (name, direction) in directions {
          moved[name] = zip(moved[name] ?? [], direction.doubles).map { $0 + first * along * $1 }
        }
        moved[name] = zip(moved[name] ?? [], signs).map { $0 + second * across * $1 }
        sum += first * second * loss(moved)
      }
      var comparison = Comparison(of: "the Hessian-vector product of \(name) along random signs")
      comparison.expect(
        zip(product, signs).reduce(0) { $0 + $1.0 * $1.1 } / length,
        sum / (4 * along * across * length),
        within: 2e-3 * norm(product))
      try comparison.finish()
    }
  }

  private func loss(_ parameters: [String: [Double]]) -> Double {
    network.referenceLoss(of: network.referencePredictions(parameters, inputs), inputs)
  }

  private func norm(_ vector: [Double]) -> Double {
    vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }
}
