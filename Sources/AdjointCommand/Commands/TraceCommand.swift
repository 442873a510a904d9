import Adjoint
import ArgumentParser

struct TraceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace",
    abstract: "Shows every value of a small graph with its tangent and its adjoint.",
    discussion: """
      One row a value: how it is computed, the value, its tangent (the change along one input, marked \
      with a dot) and its adjoint (the change of the output with it, marked with a bar), each with \
      the rule that gave it. The rows are what run computes, after the standard passes, each under \
      the name that the file gives it where it has one. Values are given as for run.

        adjoint trace Graphs/trace.graph --set x1=1 --set x2=2 --tangent x1 --of y
      """)

  @Argument(help: ArgumentHelp("The graph file.", valueName: "file"))
  var file: String

  @Option(
    help: ArgumentHelp(
      "The output whose adjoints are shown; loss, or the only floating-point one, where it is not "
        + "given.",
      valueName: "output"))
  var of: String?

  @Option(
    help: ArgumentHelp(
      "The input or parameter along which tangents are shown; the first where it is not given.",
      valueName: "input"))
  var tangent: String?

  @OptionGroup var input: InputOptions

  @Flag(help: "Show the graph of the file, a row for each node, without the standard passes.")
  var asWritten = false

  @Flag(help: "Print a JSON object with all elements; NaN and infinities are texts.")
  var json = false

  func run() throws {
    let graph = try Graph(contentsOf: file)
    let (tensors, extents) = try input.values(for: graph, of: graph)
    let bound = try graph.binding(extents)
    let trace =
      asWritten
      ? try EvaluationTrace(
        asWritten: bound, output: of, along: tangent, sources: tensors, seed: input.seed)
      : try EvaluationTrace(
        of: bound, output: of, along: tangent, sources: tensors, seed: input.seed)
    try StandardStream.output.write(json ? Self.json(trace).text : Self.text(trace))
  }

  private static func text(_ trace: EvaluationTrace) -> String {
    var table = TextTable([
      "value", "formula", "primal", "tangent", "by the rule", "adjoint", "by the rule",
    ])
    for row in trace.rows {
      table.append([
        row.name, row.formula, cell(row.primal), cell(row.tangent), row.tangentRule,
        cell(row.adjoint), row.adjointRule,
      ])
    }
    return "tangents along \(trace.direction), adjoints of \(trace.output)\n\n\(table.text)"
  }

  /// A number, or the beginning of an array.
  private static func cell(_ tensor: Tensor?) -> String {
    guard let tensor else { return "–" }
    let text = tensor.summary().split(separator: "\n").joined()
    return text.count <= 32 ? text : text.prefix(31) + "…"
  }

  private static func json(_ trace: EvaluationTrace) -> JSONValue {
    .object([
      "direction": .text(trace.direction), "output": .text(trace.output),
      "rows": .array(
        trace.rows.map { row in
          .object([
            "name": .text(row.name), "formula": .text(row.formula),
            "type": .text(row.primal.type.description), "primal": .tensor(row.primal),
            "tangent": row.tangent.map { .tensor($0) } ?? .null,
            "tangentRule": .text(row.tangentRule),
            "adjoint": row.adjoint.map { .tensor($0) } ?? .null,
            "adjointRule": .text(row.adjointRule),
          ])
        }),
    ])
  }
}
