import Adjoint
import ArgumentParser

extension DifferentiationMode: ExpressibleByArgument {}

struct DifferentiateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "differentiate",
    abstract: "Writes the derivatives of outputs as a graph file.",
    discussion: """
      In reverse mode the new graph has an output gradient.x for each source x, and an input \
      cotangent.OUTPUT where the output is not a scalar. In forward mode it has an input tangent.x \
      for each source, and the output tangent.OUTPUT. Of several outputs each has its own gradients, \
      gradient.OUTPUT.x, and its own cotangent. It is a graph like any other: it can be \
      printed, run, and differentiated again. What is differentiated is what the standard passes make \
      of the file, so that a formula with a stable form has a stable derivative.

        adjoint differentiate Graphs/trace.graph --of y \\
          --with-respect-to x1,x2 -o gradient.graph
        adjoint run gradient.graph --set x1=1 --set x2=2
        adjoint differentiate Graphs/trace.graph --of y \\
          --with-respect-to x1,x2 --cotangent
      """)

  @Argument(help: ArgumentHelp("The graph file.", valueName: "file"))
  var file: String

  @Option(
    help: ArgumentHelp("The outputs to differentiate, with commas between.", valueName: "y,z"),
    transform: NameList.init)
  var of: NameList

  @Option(
    help: ArgumentHelp("Inputs and parameters, with commas between.", valueName: "a,b"),
    transform: NameList.init)
  var withRespectTo: NameList

  @Option(help: "Whether derivatives are carried from the output back, or from the inputs on.")
  var mode: DifferentiationMode = .reverse

  @Flag(
    help: """
      Give zeros for a source that an output does not depend on differentiably, rather than refuse it.
      """)
  var zeros = false

  @Flag(
    help: """
      Take an input cotangent.OUTPUT for scalars too, which their gradients are multiplied by.
      """)
  var cotangent = false

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp("The graph file to write; - is the standard output.", valueName: "file"))
  var output = "-"

  @Flag(
    name: [.long, .customLong("raw")],
    help: "Differentiate the graph of the file, as the rules write it, without the standard passes."
  )
  var asWritten = false

  func run() throws {
    let graph = try Graph(contentsOf: file)
    let sources = withRespectTo.names
    var options: DerivativeOptions = []
    if zeros { options.insert(.zeros) }
    if cotangent { options.insert(.cotangents) }
    let derivative =
      asWritten
      ? try graph.differentiatedAsWritten(
        of.names, withRespectTo: sources, mode: mode, options: options)
      : try Pipeline.standard(
        graph.differentiated(of.names, withRespectTo: sources, mode: mode, options: options))
    if output == "-" {
      try derivative.writeText { (part) throws(Diagnostic) in
        try StandardStream.output.write(part)
      }
    } else {
      try derivative.write(to: output)
    }
  }
}
