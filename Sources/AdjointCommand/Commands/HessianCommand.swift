import Adjoint
import ArgumentParser

struct HessianCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hessian",
    abstract: "Computes a scalar output and its Hessian.",
    discussion: """
      Values are given as for run. Each pair of sources a and b has a block hessian.a.b, with the axes \
      of a, then those of b. Without --with-respect-to it is with respect to every input and \
      parameter that the output depends on differentiably. All columns are computed in one batch.

        adjoint hessian Graphs/trace.graph --of y --set x1=1 --set x2=2
        adjoint hessian Graphs/trace.graph --of y --diagonal --set x1=1 \\
          --set x2=2
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

  @Flag(help: "Compute the diagonal alone, hessian_diagonal.x for each source x.")
  var diagonal = false

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
    let pairs = sources.flatMap { row in sources.map { "\(row).\($0)" } }
    let derived =
      diagonal
      ? try whole.hessianDiagonal(of: target, withRespectTo: sources)
      : try whole.hessian(of: target, withRespectTo: sources)
    let report = try DerivativeReport(
      of: target, in: whole, derived, labels: diagonal ? sources : pairs)
    try report.write(input, threads: threads, jsonAs: json ? "hessian" : nil)
  }
}
