import AdjointAutodiff
import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses
import TestSupport
import Testing

@Suite("Batches of random graphs against one example after the other")
struct RandomBatchTests {
  /// A random graph with the gradient of its scalar output and the Hessian's product with ones.
  private func graph(seed: UInt64) throws -> Graph {
    let graph = try RandomGraph.make(nodeCount: 8 + Int(seed % 25), seed: seed)
    let sources = try graph.differentiability(of: ["y"]).pairs
      .filter { $0.dependence == .differentiable }.map(\.source)
    if sources.isEmpty { return graph }
    let builder = GraphBuilder(extending: graph)
    let y = builder.value(try graph.value(named: "y"))
    let inputs = try sources.map { builder.value(try graph.value(ofSource: $0)) }
    let ones = inputs.map { builder.full(1, $0.type) }
    let products = hessianVectorProduct(of: y, withRespectTo: inputs, tangents: ones)
    for (name, gradient) in zip(sources, gradients(of: y, withRespectTo: inputs)) {
      builder.output("gradient.\(name)", gradient)
    }
    for (name, product) in zip(sources, products) { builder.output("product.\(name)", product) }
    return try builder.build()
  }

  @Test(
    "over some inputs or all of them, once and twice",
    arguments: RandomSets.seeds(from: 1000, 60, full: 600))
  func batches(seed: Int) throws {
    let graph = try graph(seed: UInt64(seed))
    var random = SeededGenerator(seed: UInt64(seed))
    let names = graph.inputs.map(\.name)
    let some = names.filter { _ in Bool.random(using: &random) }
    let batched = some.isEmpty ? names : some
    let once = try graph.vectorized(over: batched, extent: 3)
    try GraphVerifier.verify(once)
    try compare(once, with: graph, over: batched, seed: seed)
    try compare(Pipeline.standard(once), with: graph, over: batched, seed: seed)
    let twice = try once.vectorized(over: names, extent: 2)
    try GraphVerifier.verify(twice)
    try compare(twice, with: once, over: names, extent: 2, seed: seed)
  }

  /// Compares the examples of a batch with runs of the graph that it is of.
  private func compare(
    _ batch: Graph, with graph: Graph, over names: [String], extent: Int = 3, seed: Int
  ) throws {
    let sources = try batch.randomSources(seed: UInt64(seed))
    let results = try GraphInterpreter.evaluate(batch, sources).outputs
    for number in 0..<extent {
      var own = sources
      for name in names { own[name] = try sources[name]?.example(number) }
      for (name, alone) in try GraphInterpreter.evaluate(graph, own).outputs {
        var found = try #require(results[name])
        // What depends on no batched input is the same for all examples.
        if found.type != alone.type { found = try found.example(number) }
        #expect(
          DerivativeCheck.disagreement(alone, found, roundoff: 1e-11) < 1e-9,
          "\(name) of example \(number), seed \(seed)")
      }
    }
  }
}
