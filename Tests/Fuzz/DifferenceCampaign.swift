import Adjoint
import TestSupport

/// Derivatives of random graphs against central differences.
struct DifferenceCampaign: Campaign {
  static let name = "differences"

  init() throws {}

  private func graph(_ seed: UInt64) throws -> Graph {
    try RandomGraph.make(nodeCount: 4 + Int(seed % 40), seed: seed)
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
