import Adjoint
import AdjointGraph
import TestSupport
import Testing

@Suite("Derivative products of random graphs with functions")
struct RandomProductTests {
  private static let seeds = RandomSets.seeds(from: 1, 150, full: 2000)

  private func graph(_ seed: Int) throws -> Graph {
    try RandomGraph.makeWithFunctions(nodeCount: 10 + seed % 16, seed: UInt64(seed))
  }

  @Test("agree with each other and with differences", arguments: seeds)
  func agree(seed: Int) throws {
    let check = try ProductCheck(
      of: graph(seed), comparing: ProductCheck.Product.chosen(for: UInt64(seed)),
      seed: UInt64(seed))
    for disagreement in check?.disagreements ?? [] {
      Issue.record("seed \(seed): \(disagreement)")
    }
  }

  @Test(
    "meet each product in many graphs, with calls nested to depth 3 and functions of every kind")
  func coverage() throws {
    var counts: [ProductCheck.Product: Int] = [:]
    var (deep, calledAgain, supplied, batched, ofAnyExtent, unused) = (0, 0, 0, 0, 0, 0)
    for seed in Self.seeds {
      let graph = try graph(seed)
      try GraphVerifier.verify(graph)
      let text = graph.description
      #expect(
        try GraphParser.parse(text, file: "random.graph", registry: .standard).description == text)
      guard
        try graph.differentiability(of: ["y"]).pairs.contains(where: {
          $0.dependence == .differentiable
        })
      else { continue }
      for product in ProductCheck.Product.chosen(for: UInt64(seed)) {
        counts[product, default: 0] += 1
      }
      let functions = graph.functions
      let calls = graph.nodes.flatMap(\.functions)
      deep += graph.callDepth == 3 ? 1 : 0
      calledAgain += calls.count > Set(calls).count ? 1 : 0
      supplied += functions.contains { $0.vectorJacobianProduct != nil } ? 1 : 0
      batched += functions.contains { $0.name.contains(".batch") } ? 1 : 0
      ofAnyExtent += functions.contains { !$0.body.dimensionNames.isEmpty } ? 1 : 0
      let read = Set(graph.nodes.flatMap(\.operands) + graph.outputList.map(\.value))
      unused +=
        graph.nodes.indices.contains { node in
          let results = graph.nodes[node].resultTypes.indices
          return results.count > 1
            && results.contains { !read.contains(ValueID(node: node, result: $0)) }
        } ? 1 : 0
    }
    let count = Self.seeds.count
    for product in ProductCheck.Product.allCases {
      #expect((counts[product] ?? 0) * 20 > count, "\(product): \(counts[product] ?? 0)")
    }
    #expect(deep * 10 > count * 7, "\(deep)")
    #expect(calledAgain * 2 > count, "\(calledAgain)")
    #expect(supplied * 2 > count, "\(supplied)")
    #expect(batched * 5 > count, "\(batched)")
    #expect(ofAnyExtent * 5 > count, "\(ofAnyExtent)")
    #expect(unused * 5 > count, "\(unused)")
  }
}
