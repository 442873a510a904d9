import Adjoint
import AdjointTables
import AdjointTraining
import ArgumentParser

/// Where examples come from, and how their files are read.
struct ExampleOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The examples, one a row.", valueName: "file"))
  var data: String

  @Option(
    help: ArgumentHelp(
      "Their labels; without it, the last column of the data, if the graph takes labels.",
      valueName: "file"))
  var labels: String?

  @OptionGroup var tables: TableOptions

  @OptionGroup var columns: ColumnOptions

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Divide all features by this number.", valueName: "number"))
  var scale = 1.0

  func validate() throws {
    guard scale.isFinite, scale != 0 else {
      throw ValidationError("--scale must be a number other than 0, not \(scale)")
    }
    guard labels == nil || columns.labelColumn == nil else {
      throw ValidationError("--labels and --label-column exclude each other")
    }
  }

  /// The examples of a file, divided by the scale, in the types and shapes of the graph's inputs.
  ///
  /// - Parameters:
  ///   - classNames: The names of the classes, where the labels are names that are known from elsewhere.
  ///   - means: What becomes of missing values where that is the mean of the training data, and this is other
  ///     data.
  func read(
    _ path: String, _ labelPath: String?, _ graph: Graph, _ interface: TrainingInterface,
    classNames: [String]? = nil, means: [Double]? = nil
  ) throws(Diagnostic) -> Dataset {
    let features = Self.elements(of: interface.features, graph)
    if let name = columns.labelColumn, interface.labels == nil {
      throw Diagnostic(
        .invalidArgument,
        "--label-column names \(name), and the graph \(graph.name) takes no labels; leave it out")
    }
    let hasLabelColumn = interface.labels != nil && labelPath == nil
    var options = columns.options(
      header: tables.csvHeader, labelled: hasLabelColumn, means: means)
    if hasLabelColumn, options.classNames == nil { options.classNames = classNames }
    do throws(Diagnostic) {
      let examples: Dataset
      if let name = interface.labels, hasLabelColumn {
        examples = try Dataset(
          contentsOf: path, as: features, labelsInLastColumnAs: Self.elements(of: name, graph),
          options)
      } else {
        let (rows, table) = try DataFile.load(path, csvAs: features, options)
        var labels: Tensor?
        if let name = interface.labels, let labelPath {
          labels = try column(labelPath, as: Self.elements(of: name, graph))
        }
        examples = try Dataset(features: rows, labels: labels, columnMeans: table?.columnMeans)
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

  /// Labels; a file of one column is a list.
  private func column(_ path: String, as elements: TableElements) throws(Diagnostic) -> Tensor {
    let options = CSVFile.Options(header: tables.csvHeader, separator: columns.separator.separator)
    let labels = try DataFile.load(path, csvAs: elements, options).tensor
    return labels.extents.count == 2 && labels.extents[1] == 1
      ? try labels.reshaped(to: [labels.count]) : labels
  }
}
