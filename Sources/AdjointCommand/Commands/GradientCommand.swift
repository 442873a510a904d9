import Adjoint
import ArgumentParser

struct GradientCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gradient",
    abstract: "Computes an output and its gradient.",
    discussion: """
      Values are given as for run. Without --with-respect-to it is the gradient with respect to every \
      input and parameter that has one. Where the output is not a scalar, give the weights of its \
      elements, a value for cotangent.OUTPUT.

      With --differences the gradient is worked out from values of the graph in f64, without its \
      derivative, with an estimate of the error and the step for each element.

        adjoint gradient Graphs/trace.graph --of y --set x1=1 --set x2=2
        adjoint gradient Graphs/trace.graph --of y --set x1=1 --set x2=2 \\
          --differences richardson
      """)

  @Argument(help: ArgumentHelp("The graph file.", valueName: "file"))
  var file: String

  @Option(
    help: ArgumentHelp(
      "The output to differentiate; loss, or the only floating-point one, where it is not given.",
      valueName: "output"))
  var of: String?

  @Option(
    help: ArgumentHelp("Inputs and parameters, with commas between.", valueName: "a,b"),
    transform: NameList.init)
  var withRespectTo: NameList?

  @OptionGroup var input: InputOptions

  @Flag(
    help: """
      Give zeros for a source that the output does not depend on differentiably, rather than refuse it.
      """)
  var zeros = false

  @Option(
    help: ArgumentHelp(
      "Differentiate by differences: central, central:STEP or richardson.", valueName: "method"))
  var differences: DifferenceChoice?

  @Flag(help: "Print a JSON object with all elements; NaN and infinities are texts.")
  var json = false

  @Option(
    parsing: .unconditional,
    help: "The most threads; one for each processor where it is not given.")
  var threads: Int?

  func validate() throws { try ThreadCount.validate(threads) }

  func run() throws {
    let whole = try Graph(contentsOf: file)
    if let differences { return try write(differences.method, of: whole) }
    let target = try whole.differentiableOutput(named: of)
    let graph = try whole.keeping(outputs: [target])
    let sources = try withRespectTo?.names ?? graph.differentiableSources(of: target)
    // The names of the derivatives are those that differentiate gives them, beside all outputs.
    let report = try DerivativeReport(
      of: target, in: whole,
      whole.differentiated(target, withRespectTo: sources, options: zeros ? .zeros : []),
      labels: sources)
    try report.write(input, threads: threads, jsonAs: json ? "gradients" : nil)
  }

  /// Writes the gradient by differences.
  private func write(_ method: DifferenceMethod, of file: Graph) throws {
    guard !zeros else {
      throw ValidationError(
        "--zeros and --differences exclude each other; differences need no derivative")
    }
    let gradient = try GradientByDifferences(
      of: file, of, withRespectTo: withRespectTo?.names, input, method, threads: threads)
    try StandardStream.output.write(json ? gradient.json.text : gradient.text)
  }
}
