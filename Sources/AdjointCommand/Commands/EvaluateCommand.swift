import Adjoint
import AdjointTraining
import ArgumentParser

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Judges trained weights on data.",
    discussion: """
      Graph, data and parts are as for train. Without --metric every metric is told that the graph \
      has outputs for: the loss, the accuracy where there are scores, the mean absolute error where \
      there are predictions. --output writes what the graph says of each example, by the names of \
      the classes where the weights have such names.

        adjoint train Graphs/digits-mlp.graph --data Graphs/Data/digits.csv.gz \\
          --scale 16 --epochs 5 --output digits.safetensors
        adjoint evaluate Graphs/digits-mlp.graph --weights digits.safetensors \\
          --data Graphs/Data/digits.csv.gz --scale 16 --metric accuracy
      """)

  @Argument(help: ArgumentHelp("The graph file.", valueName: "file"))
  var file: String

  @Option(help: ArgumentHelp("The weights, a safetensors file.", valueName: "file"))
  var weights: String

  @OptionGroup(title: "Data") var examples: ExampleOptions

  @Option(
    help: ArgumentHelp(
      "What to tell: loss, accuracy, top-5, mean-absolute-error or mean-squared-error; may be given "
        + "several times.", valueName: "metric"))
  var metric: [Metric] = []

  @OptionGroup(title: "Parts of the graph") var parts: PartOptions

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp(
      "Write the predicted class of each example, and its label, as CSV.", valueName: "file"))
  var output: String?

  @Option(
    parsing: .unconditional,
    help: "The most threads; one for each processor where it is not given.")
  var threads: Int?

  @Flag(help: "Print a JSON object in place of the lines.")
  var json = false

  func validate() throws { try ThreadCount.validate(threads) }

  func run() throws {
    let graph = try Graph(contentsOf: file)
    let interface = try parts.interface(of: graph)
    if let output { try AtomicFile.check(output) }
    let stored = try SafetensorsFile(contentsOf: weights)
    let classNames: [String]?
    let means: [Double]?
    do throws(Diagnostic) {
      classNames = try stored.classNames()
      means = try stored.columnMeans()
    } catch {
      throw error.located(at: SourceLocation(file: weights))
    }
    let data = try examples.read(
      examples.data, examples.labels, graph, interface, classNames: classNames, means: means)
    let metrics = metric.isEmpty ? Self.metrics(of: interface) : metric
    let evaluator = Evaluator(
      graph, interface, threads: threads, engine: try CommandEngine.engine())
    let values: [Metric: Double]
    do throws(Diagnostic) {
      values = try evaluator.values(of: metrics, on: data, weights: stored.tensors)
    } catch {
      throw error.located(at: SourceLocation(file: weights))
    }
    if let output { try write(evaluator, data, stored.tensors, to: output) }
    if json {
      return try StandardStream.output.write(
        JSONValue.object([
          "graph": .text(graph.name), "examples": .integer(data.count),
          "metrics": MetricText.json(values),
          "classes": classNames.map { .array($0.map { .text($0) }) } ?? .null,
          "predictions": output.map { .text($0) } ?? .null,
        ]).text)
    }
    var lines = "\(graph.name): \(NumberText.grouped(data.count)) examples\n"
    for metric in metrics {
      lines += "\(metric): \(MetricText.text(metric, values[metric] ?? .nan))\n"
    }
    try StandardStream.output.write(lines)
  }

  /// What a graph has outputs for.
  private static func metrics(of interface: TrainingInterface) -> [Metric] {
    var metrics: [Metric] = [.loss]
    if interface.scores != nil { metrics.append(.accuracy) }
    if interface.predictions != nil { metrics.append(.meanAbsoluteError) }
    return metrics
  }

  private func write(
    _ evaluator: Evaluator, _ data: Dataset, _ weights: [String: Tensor], to path: String
  ) throws(Diagnostic) {
    let predicted = try evaluator.classes(of: data, weights: weights)
    let labelled = evaluator.labelledClasses(of: data)
    func name(_ number: Int) -> String {
      guard let names = data.classNames, names.indices.contains(number) else { return "\(number)" }
      let isPlain = !names[number].contains { $0 == "," || $0 == "\"" || $0.isWhitespace }
      return isPlain ? names[number] : "\"\(names[number])\""
    }
    var text = labelled == nil ? "predicted\n" : "predicted,label\n"
    for (place, number) in predicted.enumerated() {
      text += name(number)
      if let labelled { text += ",\(name(labelled[place]))" }
      text += "\n"
    }
    try AtomicFile.write(text: text, to: path)
  }
}
