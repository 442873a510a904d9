import Adjoint
import AdjointTraining
import ArgumentParser

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Trains the parameters of a graph on data.",
    discussion: """
      The graph has an output loss, one floating-point input for features whose first extent is a \
      named dimension, such as B, and at most one other input, for labels. Data is CSV, NPY or IDX, \
      plain or gzip; without --labels the last column has the labels. Progress is shown on a \
      terminal. The last line tells the accuracy on held-out or test data, where the graph has an \
      output logits with one score for each class.

      With --output a checkpoint is written after each epoch, whole or not at all; --resume goes on \
      from one to the same bits as a training that was never interrupted. --initial-weights begins \
      from the weights of another training.

      Labels may be names: where the first is no number, the names are sorted and numbered, and \
      kept with the weights.

        adjoint train Graphs/digits-mlp.graph --data Graphs/Data/digits.csv.gz \\
          --scale 16 --hold-out 0.2 --show 5 \\
          --output digits.safetensors --plot digits.svg
      """)

  @Argument(help: ArgumentHelp("The graph file.", valueName: "file"))
  var file: String

  @OptionGroup(title: "Data") var data: DataOptions

  @Option(
    parsing: .unconditional,
    help: "Train until this many epochs are done, those of --resume included.")
  var epochs = 30

  @Option(
    parsing: .unconditional,
    help: "The number of examples in a step; all of them where there are fewer.")
  var batch = 32

  @Flag(
    help: "Leave out the last examples of an epoch where they do not fill a step.")
  var dropLast = false

  @OptionGroup(title: "Steps") var updates: UpdateOptions

  @OptionGroup(title: "Judging") var judging: JudgingOptions

  @Option(
    parsing: .unconditional,
    help: "Determines the split, the initial values and the order of examples.")
  var seed: UInt64 = 0

  @Option(
    parsing: .unconditional,
    help: "The most threads; one for each processor where it is not given.")
  var threads: Int?

  @OptionGroup(title: "Parts of the graph") var parts: PartOptions

  @Option(help: ArgumentHelp("Go on from this checkpoint.", valueName: "checkpoint"))
  var resume: String?

  @Option(
    help: ArgumentHelp(
      "Begin with the weights in this file; parameters that it does not have begin as the graph says.",
      valueName: "file"))
  var initialWeights: String?

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp("Write weights and optimizer state after each epoch.", valueName: "file"))
  var output: String?

  @Option(help: ArgumentHelp("Write the loss of each epoch as an SVG picture.", valueName: "file"))
  var plot: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Classify this many examples and show them.", valueName: "count"))
  var show = 0

  @Flag(help: "Write a line after each epoch to standard error.")
  var verbose = false

  @Flag(help: "Print a JSON object in place of the report.")
  var json = false

  func validate() throws {
    try ThreadCount.validate(threads)
    guard epochs > 0 else { throw ValidationError("--epochs must be at least 1, not \(epochs)") }
    guard batch > 0 else { throw ValidationError("--batch must be at least 1, not \(batch)") }
    guard show >= 0 else { throw ValidationError("--show cannot be \(show)") }
    guard show == 0 || !json else { throw ValidationError("--show and --json exclude each other") }
    guard resume == nil || initialWeights == nil else {
      throw ValidationError("--resume and --initial-weights exclude each other")
    }
    guard judging.earlyStopping == nil || data.holdOut != nil || data.testData != nil else {
      throw ValidationError("--early-stopping needs --hold-out or --test-data")
    }
  }

  func run() throws {
    let graph = try Graph(contentsOf: file)
    let interface = try parts.interface(of: graph)
    for path in [output, plot] {
      if let path { try AtomicFile.check(path) }
    }
    let examples = try data.load(for: graph, interface, seed: seed)
    let engine = try CommandEngine.engine()
    var options = try updates.trainingOptions(
      epochs: epochs, classNames: examples.training.classNames)
    options.batchSize = batch
    options.keepsLastBatch = !dropLast
    options.seed = seed
    options.threads = threads
    let trainer = try Trainer(
      graph, interface, on: examples.training, options: options, engine: engine, file: file, line: 0
    )
    if let resume { try Self.resume(trainer, from: resume) }
    if let initialWeights { try Self.begin(trainer, from: initialWeights) }
    let session = TrainingSession(trainer, examples, threads: threads, on: engine)
    try session.run(until: epochs, judging, checkpoint: output, verbose: verbose)
    if let plot { try session.writeChart(to: plot) }
    let report = TrainingReport(session, weightsPath: output, chartPath: plot)
    if json { return try StandardStream.output.write(report.json().text) }
    try StandardStream.output.write(report.summary())
    if show > 0 { try StandardStream.output.write("\n" + session.gallery(of: show)) }
    try StandardStream.output.write(report.lastLine() + "\n")
  }

  private static func resume(_ trainer: Trainer, from path: String) throws(Diagnostic) {
    do throws(Diagnostic) {
      try trainer.resume(from: SafetensorsFile(contentsOf: path))
    } catch {
      throw error.located(at: SourceLocation(file: path))
    }
  }

  /// Takes weights by name, and says which parameters have none.
  private static func begin(_ trainer: Trainer, from path: String) throws(Diagnostic) {
    do throws(Diagnostic) {
      let taken = try trainer.loadWeights(SafetensorsFile(contentsOf: path).tensors)
      let others = trainer.graph.parameters.map(\.name).filter { !taken.contains($0) }
      guard !others.isEmpty else { return }
      StandardStream.error.writeIgnoringFailure(
        "\(path) has no weights for \(others.joined(separator: ", "))\n")
    } catch {
      throw error.located(at: SourceLocation(file: path))
    }
  }
}
