import Adjoint
import ArgumentParser

/// What to differentiate.
struct DerivativeTarget: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The output to differentiate; loss, or the only floating-point one, where it is not given.",
      valueName: "output"))
  var of: String?

  @Option(
    help: ArgumentHelp("Inputs and parameters, with commas between.", valueName: "a,b"),
    transform: NameList.init)
  var withRespectTo: NameList?

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

/// Whether a command looks at the graph of a file, or at that with its gradient.
struct GradientOptions: ParsableArguments {
  @Flag(help: "Add the gradient of an output to the graph, as differentiate does.")
  var gradient = false

  @OptionGroup var target: DerivativeTarget

  func validate() throws {
    guard gradient || (target.of == nil && target.withRespectTo == nil) else {
      throw ValidationError("--of and --with-respect-to say of what; they need --gradient")
    }
  }

  /// The graph to look at.
  func graph(of file: Graph) throws -> Graph {
    guard gradient else { return file }
    let (output, sources) = try target.names(in: file)
    return try file.differentiated(output, withRespectTo: sources)
  }
}
