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
      printed, run, and differentiated again.

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

  @Flag(help: "As the rules write it, without the standard passes.")
  var raw = false

  func run() throws {
    let graph = try Graph(contentsOf: file)
    var derivative = try graph.differentiated(
      of, withRespectTo: withRespectTo.names, mode: mode)
    if !raw { derivative = try Pipeline.standard(derivative) }
    if output == "-" {
      try StandardStream.output.write(derivative.description)
    } else {
      try derivative.write(to: output)
    }
  }
}
