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
      from one to the same bits as a training that was never interrupted.

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

  @Option(help: "How gradients become new parameter values.")
  var optimizer = OptimizerName.adam

  @Option(
    parsing: .unconditional,
    help: "The learning rate; 0.1 for sgd, 0.05 for momentum, 0.001 for adam where not given.")
  var learningRate: Double?

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
    if let learningRate, !learningRate.isFinite || learningRate <= 0 {
      throw ValidationError("--learning-rate must be a number above 0, not \(learningRate)")
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
    let trainer = try Trainer(
      graph, interface, on: examples.training,
      options: TrainingOptions(
        optimizer: optimizer.optimizer(learningRate), batchSize: batch, seed: seed, threads: threads
      ), engine: engine, file: file, line: 0)
    if let resume { try Self.resume(trainer, from: resume) }
    let session = TrainingSession(trainer, examples, threads: threads, on: engine)
    try session.run(until: epochs, checkpoint: output, verbose: verbose)
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
}
