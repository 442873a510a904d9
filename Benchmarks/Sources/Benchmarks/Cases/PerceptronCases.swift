import Adjoint
import AdjointTraining

extension Case {
  /// Training steps of fully connected networks.
  static let perceptrons = [
    perceptron("mlp_b1", Perceptron.small, batch: 1),
    perceptron("mlp_b32", Perceptron.small, batch: 32),
    perceptron("mlp_b128", Perceptron.small, batch: 128),
    perceptron(
      "deepnarrow_b32", Perceptron.deep, batch: 32, layers: "64 layers of 32→32, then 32→10"),
    perceptron("wide_b256", Perceptron.wide, batch: 256),
  ]

  /// A training step of a network of the size that small tables are learned with.
  static let network = perceptron("network_b50", [100, 300, 300, 50, 7], batch: 50)

  private static func perceptron(
    _ name: String, _ widths: [Int], batch: Int, layers: String? = nil
  ) -> Case {
    let perceptron = Perceptron(name: name, widths: widths, batch: batch)
    let layers = layers ?? widths.map(String.init).joined(separator: "-")
    return Case(
      name: name,
      summary: "\(layers), ReLU, cross-entropy, batch \(batch): a step of gradient descent",
      learningRate: Perceptron.learningRate, limit: .work(perceptron.trainingWork)
    ) { () throws(Diagnostic) in
      Workload(
        graph: try perceptron.graph().trainingStep(
          minimizing: "loss", with: .sgd(learningRate: Perceptron.learningRate)),
        start: perceptron.start)
    }
  }
}
