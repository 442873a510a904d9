import Adjoint
import ArgumentParser

/// What to differentiate, where, and how to print it: the options that the commands for derivatives share.
struct DerivativeSelection: ParsableArguments {
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

  @Flag(help: "Print a JSON object with all elements; NaN and infinities are texts.")
  var json = false

  @Option(
    parsing: .unconditional,
    help: "The most threads; one for each processor where it is not given.")
  var threads: Int?

  func validate() throws { try ThreadCount.validate(threads) }

  /// The output to differentiate, and what with respect to: without a list every input and parameter that it depends
  /// on differentiably.
  func names(in graph: Graph) throws -> (target: String, sources: [String]) {
    let target = try graph.differentiableOutput(named: of)
    let sources =
      try withRespectTo?.names
      ?? graph.keeping(outputs: [target]).differentiableSources(of: target)
    return (target, sources)
  }
}
