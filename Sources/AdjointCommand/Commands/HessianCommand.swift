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

  @OptionGroup var selection: DerivativeSelection

  @Flag(help: "Compute the diagonal alone, hessian_diagonal.x for each source x.")
  var diagonal = false

  func run() throws {
    let whole = try Graph(contentsOf: selection.file)
    let (target, sources) = try selection.target.names(in: whole)
    let pairs = sources.flatMap { row in sources.map { "\(row).\($0)" } }
    let derived =
      diagonal
      ? try whole.hessianDiagonal(of: target, withRespectTo: sources)
      : try whole.hessian(of: target, withRespectTo: sources)
    let report = try DerivativeReport(
      of: target, in: whole, derived, labels: diagonal ? sources : pairs)
    try report.write(selection, as: "hessian")
  }
}
