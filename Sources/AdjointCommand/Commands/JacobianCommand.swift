import Adjoint
import ArgumentParser

extension JacobianOrder: ExpressibleByArgument {}

struct JacobianCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jacobian",
    abstract: "Computes an output and its Jacobian.",
    discussion: """
      Values are given as for run. The Jacobian with respect to x has the axes of the output, then \
      those of x. Without --with-respect-to it is with respect to every input and parameter that \
      the output depends on differentiably. All rows or all columns are computed in one batch, \
      whichever are fewer.

        adjoint jacobian Graphs/trace.graph --of y --set x1=1 --set x2=2
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

  @Option(help: "Whether it is computed by rows, by columns, or in the order that costs less.")
  var by: JacobianOrder = .cheaper

  @OptionGroup var input: InputOptions

  @Flag(help: "Print a JSON object with all elements; NaN and infinities are texts.")
  var json = false

  @Option(
    parsing: .unconditional,
    help: "The most threads; one for each processor where it is not given.")
  var threads: Int?

  func validate() throws { try ThreadCount.validate(threads) }

  func run() throws {
    let whole = try Graph(contentsOf: file)
    let target = try whole.differentiableOutput(named: of)
    let sources =
      try withRespectTo?.names
      ?? whole.keeping(outputs: [target]).differentiableSources(of: target)
    let report = try DerivativeReport(
      of: target, in: whole, whole.jacobian(of: target, withRespectTo: sources, by: by),
      labels: sources)
    try report.write(input, threads: threads, jsonAs: json ? "jacobians" : nil)
  }
}
