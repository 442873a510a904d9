import Adjoint
import AdjointTables
import AdjointTraining
import ArgumentParser

/// Where the examples come from that are trained on, and those that are tested on.
struct DataOptions: ParsableArguments {
  @OptionGroup var examples: ExampleOptions

  @Option(help: ArgumentHelp("Examples to test on.", valueName: "file"))
  var testData: String?

  @Option(help: ArgumentHelp("Their labels.", valueName: "file"))
  var testLabels: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Set this fraction of the data apart, by the seed, and test on it.", valueName: "fraction"))
  var holdOut: Double?

  func validate() throws {
    if let holdOut, !(holdOut > 0 && holdOut < 1) {
      throw ValidationError("--hold-out must be between 0 and 1, not \(holdOut)")
    }
    guard holdOut == nil || testData == nil else {
      throw ValidationError("--hold-out and --test-data exclude each other")
    }
    guard testLabels == nil || testData != nil else {
      throw ValidationError("--test-labels needs --test-data")
    }
  }

  /// Reads the files, and refuses what does not fit the graph.
  func load(
    for graph: Graph, _ interface: TrainingInterface, seed: UInt64
  ) throws(Diagnostic) -> TrainingExamples {
    let read = try examples.read(examples.data, examples.labels, graph, interface)
    if let testData {
      let test = try examples.read(
        testData, testLabels, graph, interface, classNames: read.classNames,
        means: read.columnMeans)
      return TrainingExamples(
        training: read, evaluation: TrainingExamples.Evaluation(name: "test", data: test))
    }
    guard let holdOut else { return TrainingExamples(training: read, evaluation: nil) }
    let parts = try read.split(holdingOut: holdOut, seed: seed)
    return TrainingExamples(
      training: parts.training,
      evaluation: TrainingExamples.Evaluation(name: "held-out", data: parts.heldOut))
  }
}
