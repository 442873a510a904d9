import Adjoint
import ArgumentParser

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Verifies a graph and lists what cannot be differentiated.",
    discussion: """
      For every output and every input or parameter without a derivative it says what is in the way, \
      and for the others which nodes on the way have none and count as constants. \
      The exit code is 0 for a valid graph, whether or not it can be differentiated.

        adjoint check Graphs/digits-mlp.graph
      """)

  @Argument(help: ArgumentHelp("The graph file.", valueName: "file"))
  var file: String

  @Flag(help: "Print a JSON object.")
  var json = false

  func run() throws {
    let graph = try Graph(contentsOf: file)
    let counts = graph.differentiabilityCounts()
    let report = try Self.report(graph)
    try StandardStream.output.write(
      json ? Self.json(graph, report, counts).text : Self.text(graph, report, counts))
  }

  /// The pairs of all outputs, or of the first ones where there are more pairs than a report has.
  private static func report(_ graph: Graph) throws(Diagnostic) -> DifferentiabilityReport {
    let most = DifferentiabilityReport.maximumPairCount
    let sources = (graph.inputs + graph.parameters).prefix(most).map(\.name)
    let outputs = graph.outputs.prefix(most / max(sources.count, 1)).map(\.name)
    return try graph.differentiability(of: outputs, withRespectTo: sources)
  }

  private static func text(
    _ graph: Graph, _ report: DifferentiabilityReport, _ counts: DifferentiabilityCounts
  ) -> String {
    var text = "\(graph.name) is valid: \(graph.nodeCounts)\n"
    for (kind, ports) in [
      ("input", graph.inputs), ("parameter", graph.parameters), ("output", graph.outputs),
    ] {
      for port in ports { text += "  \(kind) \(port)\n" }
    }
    let obstructed = report.pairs.filter { $0.dependence != .differentiable }
    text += "\(counts.differentiable) of \(counts.pairs) derivatives of outputs exist\n"
    for pair in obstructed {
      let reasons =
        pair.obstacles.isEmpty
        ? ["\(pair.output) does not depend on \(pair.source)"] : pair.obstacles
      text += "  \(pair.output) with respect to \(pair.source):\n"
      for reason in reasons { text += "    \(reason)\n" }
    }
    if counts.pairs > report.pairs.count {
      text += "  and \(counts.pairs - report.pairs.count) pairs that are not listed\n"
    }
    // The other derivatives exist, and yet parts of what their outputs depend on do not count.
    var seen: Set<String> = []
    let omitted = report.pairs.filter { $0.dependence == .differentiable }.flatMap(\.obstacles)
      .filter { seen.insert($0).inserted }
    if !omitted.isEmpty { text += "constants to these derivatives:\n" }
    for obstacle in omitted { text += "  \(obstacle)\n" }
    return text
  }

  private static func json(
    _ graph: Graph, _ report: DifferentiabilityReport, _ counts: DifferentiabilityCounts
  ) -> JSONValue {
    func list(_ ports: [Graph.Port]) -> JSONValue {
      .array(
        ports.map { port in
          .object(["name": .text(port.name), "type": .text(port.type.description)])
        })
    }
    var roles: [String: JSONValue] = ["forward": .integer(graph.nodeCount(of: nil))]
    for role in Provenance.Role.allCases {
      roles[role.rawValue] = .integer(graph.nodeCount(of: role))
    }
    return .object([
      "graph": .text(graph.name), "valid": .bool(true), "nodes": .integer(graph.nodeCount),
      "nodesByRole": .object(roles), "inputs": list(graph.inputs),
      "parameters": list(graph.parameters), "outputs": list(graph.outputs),
      "dimensions": .array(graph.dimensionNames.map { .text($0) }),
      "pairs": .integer(counts.pairs), "differentiablePairs": .integer(counts.differentiable),
      "derivatives": .array(
        report.pairs.map { pair in
          .object([
            "output": .text(pair.output), "source": .text(pair.source),
            "dependence": .text(pair.dependence.rawValue),
            "obstacles": .array(pair.obstacles.map { .text($0) }),
          ])
        }),
    ])
  }
}
