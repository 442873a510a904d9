import Adjoint
import AdjointTraining

/// A network that predicts, as a graph and as plain loops in f64 that share no code with it.
protocol Model: Sendable {
  /// Declares the inputs and parameters, and writes the predictions.
  func predictions(in builder: GraphBuilder) throws(Diagnostic) -> Value
  /// A value for each input, targets included.
  func inputs() throws(Diagnostic) -> [String: Tensor]
  /// The predictions, element by element.
  func referencePredictions(
    _ parameters: [String: [Double]], _ inputs: [String: Tensor]
  ) -> [Double]
}

/// A model with a loss, which can be trained.
protocol Network: Model {
  var learningRate: Double { get }
  /// Declares the targets and writes the loss.
  func loss(of predictions: Value, in builder: GraphBuilder) throws(Diagnostic) -> Value
  /// The loss of predictions.
  func referenceLoss(of predictions: [Double], _ inputs: [String: Tensor]) -> Double
}

extension Case {
  /// Predictions of a model.
  static func inference(
    _ name: String, _ summary: String, _ work: Work, _ model: any Model
  ) -> Case {
    Case(name: name, summary: "\(summary): predictions", limit: .work(work)) {
      () throws(Diagnostic) in
      let builder = GraphBuilder(name)
      try builder.output("predictions", model.predictions(in: builder))
      return Workload(graph: try builder.build()) { (context) throws(Diagnostic) in
        let names = Set(context.executable.inputs.map(\.name))
        let inputs = try model.inputs().filter { names.contains($0.key) }
        return Start(inputs: inputs) { (context) throws(Diagnostic) in
          let expected = model.referencePredictions(try context.parameterNumbers(), inputs)
          let scale = expected.reduce(0) { max($0, $1.magnitude) }
          var comparison = Comparison(of: "predictions")
          for (actual, expected) in zip(try context.output("predictions").doubles, expected) {
            comparison.expect(actual, expected, within: 2e-5 * scale)
          }
          try comparison.finish()
        }
      }
    }
  }

  /// A step of gradient descent on the loss of a network.
  static func training(
    _ name: String, _ summary: String, _ work: Work, _ network: any Network
  ) -> Case {
    Case(
      name: name, summary: "\(summary): a step of gradient descent",
      learningRate: network.learningRate, limit: .work(work)
    ) { () throws(Diagnostic) in
      let builder = GraphBuilder(name)
      let predictions = try network.predictions(in: builder)
      try builder.output("loss", network.loss(of: predictions, in: builder))
      let step = try builder.build().trainingStep(
        minimizing: "loss", with: .sgd(learningRate: network.learningRate))
      return Workload(graph: step) { (context) throws(Diagnostic) in
        let check = SlopeCheck(
          network: network, inputs: try network.inputs(), initial: try context.parameterNumbers())
        return Start(inputs: check.inputs, check: check.callAsFunction)
      }
    }
  }
}

extension ExecutionContext {
  /// The present values of all parameters.
  func parameterNumbers() throws(Diagnostic) -> [String: [Double]] {
    try parameterTensors().mapValues(\.doubles)
  }
}
