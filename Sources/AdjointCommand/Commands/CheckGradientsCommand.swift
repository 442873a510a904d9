import Adjoint
import ArgumentParser

struct CheckGradientsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check-gradients",
    abstract: "Compares the derivatives of a graph with central differences in f64.",
    discussion: """
      The graph is widened to f64. Inputs that are not given get seeded random numbers (whole ones 0 \
      or 1), and named dimensions that are not given become 3; what was made up is listed. Of each \
      input and parameter up to \(GradientCheck.sampleCount) elements are compared. The exit code is \
      1 where a derivative is wrong by more than \(GradientCheck.tolerance), relative. Behind a \
      stop_gradient on which the output truly depends, the two differ by intent.

        adjoint check-gradients Graphs/digits-mlp.graph --dim B=4
      """)

  @Argument(help: ArgumentHelp("The graph file.", valueName: "file"))
  var file: String

  @OptionGroup var target: DerivativeTarget

  @OptionGroup var input: InputOptions

  @Flag(help: "Print a JSON object.")
  var json = false

  func run() throws {
    let graph = try Graph(contentsOf: file)
    let (tensors, extents) = try input.values(for: graph, of: graph)
    let check = try GradientCheck(
      of: graph, output: target.of, withRespectTo: target.withRespectTo?.names, given: tensors,
      dimensions: extents, seed: input.seed, on: CommandEngine.engine())
    try StandardStream.output.write(json ? Self.json(check).text : Self.text(check))
    if !check.passes { throw ExitCode.failure }
  }

  private static func text(_ check: GradientCheck) -> String {
    var text = ""
    if !check.assumptions.isEmpty {
      text += "made up:\n" + check.assumptions.map { "  \($0)\n" }.joined() + "\n"
    }
    var table = TextTable([
      "source", "elements", "compared", "absolute error", "relative error", "result",
    ])
    table.rightAligned = [1, 2, 3, 4]
    for row in check.rows {
      table.append([
        row.source, String(row.elementCount), String(row.checkedCount),
        NumberText.short(row.maximumAbsoluteError), NumberText.short(row.maximumRelativeError),
        result(row),
      ])
    }
    return text + table.text
      + (check.passes
        ? "all derivatives of \(check.output) agree with central differences\n"
        : "derivatives of \(check.output) differ from central differences\n")
  }

  private static func result(_ row: GradientCheck.Row) -> String {
    let kinks = row.kinkCount == 0 ? "" : ", \(row.kinkCount) at a kink left out"
    guard row.missCount > 0 else { return "agrees\(kinks)" }
    var text = "\(row.missCount) wrong\(kinks)"
    if let worst = row.worst {
      text +=
        "; element \(worst.place): \(NumberText.full(worst.derivative)), and by differences "
        + NumberText.full(worst.difference)
    }
    return text
  }

  private static func json(_ check: GradientCheck) -> JSONValue {
    .object([
      "output": .text(check.output), "passes": .bool(check.passes),
      "madeUp": .array(check.assumptions.map { .text($0) }),
      "tolerance": .number(GradientCheck.tolerance),
      "rows": .array(
        check.rows.map { row in
          .object([
            "source": .text(row.source), "elements": .integer(row.elementCount),
            "compared": .integer(row.checkedCount), "misses": .integer(row.missCount),
            "kinks": .integer(row.kinkCount),
            "absoluteError": .number(row.maximumAbsoluteError),
            "relativeError": .number(row.maximumRelativeError),
          ])
        }),
    ])
  }
}
