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

  @OptionGroup var selection: DerivativeSelection

  @Flag(
    help: """
      Give zeros for a source that the output does not depend on differentiably, rather than refuse it.
      """)
  var zeros = false

  @Option(
    help: ArgumentHelp(
      "Differentiate by differences: central, central:STEP or richardson.", valueName: "method"))
  var differences: DifferenceChoice?

  func run() throws {
    let whole = try Graph(contentsOf: selection.file)
    if let differences { return try write(differences.method, of: whole) }
    let (target, sources) = try selection.target.names(in: whole)
    // The names of the derivatives are those that differentiate gives them, beside all outputs.
    let report = try DerivativeReport(
      of: target, in: whole,
      whole.differentiated(target, withRespectTo: sources, options: zeros ? .zeros : []),
      labels: sources)
    try report.write(selection, as: "gradients")
  }

  /// Writes the gradient by differences.
  private func write(_ method: DifferenceMethod, of file: Graph) throws {
    guard !zeros else {
      throw ValidationError(
        "--zeros and --differences exclude each other; differences need no derivative")
    }
    let gradient = try GradientByDifferences(
      of: file, selection, method)
    try StandardStream.output.write(selection.json ? gradient.json.text : gradient.text)
  }
}
