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

  @OptionGroup var selection: DerivativeSelection

  @Option(help: "Whether it is computed by rows, by columns, or in the order that costs less.")
  var by: JacobianOrder = .cheaper

  func run() throws {
    let whole = try Graph(contentsOf: selection.file)
    let (target, sources) = try selection.target.names(in: whole)
    let report = try DerivativeReport(
      of: target, in: whole, whole.jacobian(of: target, withRespectTo: sources, by: by),
      labels: sources)
    try report.write(selection, as: "jacobians")
  }
}
