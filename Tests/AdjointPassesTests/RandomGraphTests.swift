import AdjointAutodiff
import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses
import TestSupport
import Testing

@Suite("Passes on random graphs")
struct RandomGraphTests {
  /// A random graph with the gradient of its scalar output, so that passes meet both kinds of nodes.
  private func graph(seed: UInt64) throws -> Graph {
    let graph = try RandomGraph.make(nodeCount: 8 + Int(seed % 40), seed: seed)
    let sources = try graph.differentiability(of: ["y"]).pairs
      .filter { $0.dependence == .differentiable }.map(\.source)
    return sources.isEmpty ? graph : try graph.differentiatedAsWritten("y", withRespectTo: sources)
  }

  private func expectEqual(
    _ after: Graph, _ before: Graph, seed: UInt64, _ pass: String
  ) throws {
    try GraphVerifier.verify(after)
    #expect(after.inputs == before.inputs && after.parameters == before.parameters)
    #expect(after.outputs == before.outputs)
    let sources = try before.randomSources(seed: seed)
    let expected = try GraphInterpreter.evaluate(before, sources).outputs
    let found = try GraphInterpreter.evaluate(after, sources).outputs
    for (name, tensor) in expected {
      for (a, b) in zip(tensor.doubles, try #require(found[name]).doubles) {
        #expect(DerivativeCheck.disagreement(a, b) < 1e-11, "\(pass) changed \(name), seed \(seed)")
      }
    }
  }

  @Test(
    "each keeps values, types and names, and gives a valid graph",
    arguments: Array(1...60 as ClosedRange<UInt64>))
  func eachPass(seed: UInt64) throws {
    let before = try graph(seed: seed)
    for pass in Pipeline.compilation.passes {
      try expectEqual(pass(before), before, seed: seed, pass.name)
    }
  }

  @Test(
    "the pipelines keep them after every pass, and settles",
    arguments: Array(61...100 as ClosedRange<UInt64>))
  func pipeline(seed: UInt64) throws {
    let before = try graph(seed: seed)
    let after = try Pipeline.standard(before) { (pass, graph) throws(Diagnostic) in
      try GraphVerifier.verify(graph)
    }
    try expectEqual(after, before, seed: seed, "the pipeline")
    #expect(after.nodeCount <= before.nodeCount)
    // What one run leaves to do, the next ones finish: nothing grows or goes to and fro.
    var settled = after
    for _ in 0..<4 { settled = try Pipeline.standard(settled) }
    #expect(try Pipeline.standard(settled).description == settled.description)
  }
}
