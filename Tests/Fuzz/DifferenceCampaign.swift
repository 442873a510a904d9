import Adjoint
import TestSupport

/// Derivatives of random graphs, half of them with functions, against central differences.
struct DifferenceCampaign: Campaign {
  static let name = "differences"

  init() throws {}

  private func graph(_ seed: UInt64) throws -> Graph {
    let count = 4 + Int(seed / 2 % 40)
    return seed.isMultiple(of: 2)
      ? try RandomGraph.make(nodeCount: count, seed: seed)
      : try RandomGraph.makeWithFunctions(nodeCount: count, seed: seed)
  }

  func input(seed: UInt64) throws -> (bytes: [UInt8], suffix: String) {
    (Array(try graph(seed).description.utf8), "graph")
  }

  mutating func run(seed: UInt64, counts: inout Counts) throws {
    let graph = try graph(seed)
    guard
      try graph.differentiability(of: ["y"]).pairs.contains(where: {
        $0.dependence == .differentiable
      })
    else { return }
    let check = try GradientCheck(of: graph, output: "y", seed: seed)
    counts["checked"] += 1
    guard check.passes else { throw Finding("\(check)") }
  }
}
