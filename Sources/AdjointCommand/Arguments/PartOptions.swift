import Adjoint
import AdjointTraining
import ArgumentParser

/// Which inputs and outputs play which part in training.
struct PartOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The output that is minimised, if not loss.", valueName: "output"))
  var loss: String?

  @Option(
    help: ArgumentHelp(
      "The output with a score for each class, if not logits.", valueName: "output"))
  var scores: String?

  @Option(
    help: ArgumentHelp(
      "The output with a prediction for each label, if not predictions or prediction.",
      valueName: "output"))
  var predictions: String?

  @Option(
    help: ArgumentHelp(
      "The input that takes the features, where several could.", valueName: "input"))
  var features: String?

  func interface(of graph: Graph) throws(Diagnostic) -> TrainingInterface {
    try TrainingInterface(
      of: graph, loss: loss, features: features, scores: scores, predictions: predictions)
  }
}
