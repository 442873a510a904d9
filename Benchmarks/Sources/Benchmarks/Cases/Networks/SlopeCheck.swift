import Adjoint

/// Compares the first step of gradient descent with the slopes of the loss in plain loops.
///
/// What a step subtracts from a parameter is η times the gradient. For each parameter the gradient so
/// recovered is compared with central differences of the loss in f64, along the step itself and along
/// a random direction.
struct SlopeCheck {
  let network: any Network
  let inputs: [String: Tensor]
  let initial: [String: [Double]]

  func callAsFunction(_ context: ExecutionContext) throws(Diagnostic) {
    let loss = try context.scalar("loss")
    let expected = referenceLoss(initial)
    var comparison = Comparison(of: "loss")
    comparison.expect(loss, expected, within: 1e-4 * expected.magnitude)
    try comparison.finish()
    for (name, values) in initial.sorted(by: { $0.key < $1.key }) {
      let updated = try context.parameter(name).doubles
      let step = zip(values, updated).map { $0 - $1 }
      // A parameter is rounded when it is updated, so each element of its step is known to an ulp.
      let rounding = values.reduce(0) { $0 + Double(Float($1).ulp) * Double(Float($1).ulp) }
        .squareRoot()
      let signs = RandomNumbers.integers(step.count, name, below: 2).map { Double(2 * $0 - 1) }
      for (kind, direction) in [("its step", step), ("random signs", signs)] {
        let length = norm(direction)
        guard length > 0 else {
          throw Diagnostic(.wrongResult, "the step left \(name) as it was")
        }
        let actual = zip(step, direction).reduce(0) { $0 + $1.0 * $1.1 } / length
        let slope = slope(along: direction, length, of: name) * network.learningRate
        var comparison = Comparison(of: "the slope of \(name) along \(kind)")
        comparison.expect(actual, slope, within: 1e-3 * norm(step) + rounding)
        try comparison.finish()
      }
    }
  }

  /// The slope of the loss along the unit vector of a direction of one parameter.
  private func slope(along direction: [Double], _ length: Double, of name: String) -> Double {
    let values = initial[name] ?? []
    // Small, so that hardly any rectifier changes sides; large against the rounding of f64.
    let distance = 1e-6 * max(norm(values), 1)
    var losses: [Double] = []
    for sign in [1.0, -1.0] {
      var moved = initial
      moved[name] = zip(values, direction).map { $0 + sign * distance / length * $1 }
      losses.append(referenceLoss(moved))
    }
    return (losses[0] - losses[1]) / (2 * distance)
  }

  private func referenceLoss(_ parameters: [String: [Double]]) -> Double {
    network.referenceLoss(of: network.referencePredictions(parameters, inputs), inputs)
  }

  private func norm(_ vector: [Double]) -> Double {
    vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }
}
