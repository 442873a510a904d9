import Adjoint
import ArgumentParser

/// Where examples come from.
struct DataOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The examples, one a row.", valueName: "file"))
  var data: String

  @Option(
    help: ArgumentHelp(
      "Their labels; without it, the last column of the data, if the graph takes labels.",
      valueName: "file"))
  var labels: String?

  @Option(help: ArgumentHelp("Examples to test on.", valueName: "file"))
  var testData: String?

  @Option(help: ArgumentHelp("Their labels.", valueName: "file"))
  var testLabels: String?

  @OptionGroup var tables: TableOptions

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Divide all features by this number.", valueName: "number"))
  var scale = 1.0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Set this fraction of the data apart, by the seed, and test on it.", valueName: "fraction"))
  var holdOut: Double?

  func validate() throws {
    guard scale.isFinite, scale != 0 else {
      throw ValidationError("--scale must be a number other than 0, not \(scale)")
    }
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
    let examples = try read(data, labels, graph, interface)
    if let testData {
      let test = try read(testData, testLabels, graph, interface)
      return TrainingExamples(
        training: examples, evaluation: TrainingExamples.Evaluation(name: "test", data: test))
    }
    guard let holdOut else { return TrainingExamples(training: examples, evaluation: nil) }
    let parts = try examples.split(holdingOut: holdOut, seed: seed)
    return TrainingExamples(
      training: parts.training,
      evaluation: TrainingExamples.Evaluation(name: "held-out", data: parts.heldOut))
  }

  /// The examples of a file, divided by the scale, in the types and shapes of the graph's inputs.
  private func read(
    _ path: String, _ labelPath: String?, _ graph: Graph, _ interface: TrainingInterface
  ) throws(Diagnostic) -> Dataset {
    let scalarType = graph.inputs.first { $0.name == interface.features }?.type.scalarType ?? .f32
    do throws(Diagnostic) {
      let table = try DataFile.load(path, csvAs: scalarType, header: tables.csvHeader)
      let examples: Dataset
      if interface.labels == nil {
        examples = try Dataset(features: table)
      } else if let labelPath {
        let labels = try DataFile.load(labelPath, csvAs: scalarType, header: tables.csvHeader)
        // A CSV file of one column is a list.
        let isColumn = labels.extents.count == 2 && labels.extents[1] == 1
        examples = try Dataset(
          features: table, labels: isColumn ? labels.reshaped(to: [labels.count]) : labels)
      } else {
        examples = try Dataset(labelsInLastColumnOf: table)
      }
      return try examples.dividing(by: scale, as: scalarType).fitted(to: graph, interface)
    } catch {
      throw error.located(at: SourceLocation(file: path))
    }
  }
}
