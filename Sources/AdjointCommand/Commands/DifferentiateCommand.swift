import Adjoint
import ArgumentParser

extension DifferentiationMode: ExpressibleByArgument {}

struct DifferentiateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "differentiate",
    abstract: "Writes the derivative of an output as a graph file.",
    discussion: """
      In reverse mode the new graph has an output gradient.x for each source x, and an input \
      cotangent.OUTPUT where the output is not a scalar. In forward mode it has an input tangent.x \
      for each source, and the output tangent.OUTPUT. It is a graph like any other: it can be \
      printed, run, and differentiated again. What is differentiated is what the standard passes make \
      of the file, so that a formula with a stable form has a stable derivative.

        adjoint differentiate Graphs/trace.graph --of y --with-respect-to x1,x2 -o gradient.graph
        adjoint run gradient.graph --set x1=1 --set x2=2
      """)

  @Argument(help: ArgumentHelp("The graph file.", valueName: "file"))
  var file: String

  @Option(help: ArgumentHelp("The output to differentiate.", valueName: "output"))
  var of: String

  @Option(
    help: ArgumentHelp("Inputs and parameters, with commas between.", valueName: "a,b"),
    transform: NameList.init)
  var withRespectTo: NameList

  @Option(help: "Whether derivatives are carried from the output back, or from the inputs on.")
  var mode: DifferentiationMode = .reverse

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
    let derivative =
      asWritten
      ? try graph.differentiatedAsWritten(of, withRespectTo: sources, mode: mode)
      : try Pipeline.standard(graph.differentiated(of, withRespectTo: sources, mode: mode))
    if output == "-" {
      try derivative.writeText { (part) throws(Diagnostic) in
        try StandardStream.output.write(part)
      }
    } else {
      try derivative.write(to: output)
    }
  }
}
