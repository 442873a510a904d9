import Adjoint
import AdjointTables
import AdjointTraining
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
    let features = Self.elements(of: interface.features, graph)
    do throws(Diagnostic) {
      let examples: Dataset
      if let name = interface.labels {
        let labels = Self.elements(of: name, graph)
        if let labelPath {
          examples = try Dataset(
            features: try load(path, as: features), labels: try column(labelPath, as: labels))
        } else {
          examples = try Dataset(
            contentsOf: path, as: features, labelsInLastColumnAs: labels, header: tables.csvHeader)
        }
      } else {
        examples = try Dataset(features: try load(path, as: features))
      }
      return try examples.dividing(by: scale, as: features.scalarType).fitted(to: graph, interface)
    } catch {
      throw error.located(at: SourceLocation(file: path))
    }
  }

  /// What an input takes.
  private static func elements(of name: String, _ graph: Graph) -> TableElements {
    let port = graph.inputs.first { $0.name == name }
    return TableElements(port?.type.scalarType ?? .f32, for: port?.description)
  }

  private func load(_ path: String, as elements: TableElements) throws(Diagnostic) -> Tensor {
    try DataFile.load(path, csvAs: elements, header: tables.csvHeader).tensor
  }

  /// Labels; a file of one column is a list.
  private func column(_ path: String, as elements: TableElements) throws(Diagnostic) -> Tensor {
    let labels = try load(path, as: elements)
    return labels.extents.count == 2 && labels.extents[1] == 1
      ? try labels.reshaped(to: [labels.count]) : labels
  }
}
