import AdjointCore
import AdjointGraph
import AdjointKernels
import AdjointLowering
import TestSupport
import Testing

/// Puts the verifier, the text and the interpreter between kernel passes.
enum KernelPassComparison {
  /// Expects of the kernels after each pass that they are well formed, that their text gives them back, and
  /// that they compute what the graph does: to the bit, or as far apart as sums of another order are.
  static func expectEqual(
    _ graph: Graph, _ options: LoweringOptions, seed: UInt64 = 1, within tolerance: Double = 0
  ) throws {
    let sources = try graph.randomSources(seed: seed)
    let expected = try GraphInterpreter.evaluate(graph, sources)
    func expect(_ kernels: KernelGraph, after name: String) throws {
      do {
        try kernels.check()
      } catch {
        Issue.record("\(graph.name) after \(name): \(error)\n\(text(kernels, graph))")
        return
      }
      try expectText(kernels, of: graph, after: name)
      let parameters = sources.filter { source in
        graph.parameters.contains { $0.name == source.key }
      }
      var interpreter = try PlanInterpreter(kernels.plan(), parameters: parameters)
      let inputs = sources.filter { source in graph.inputs.contains { $0.name == source.key } }
      let found = try interpreter.run(inputs)
      let isEqual =
        tolerance == 0
        ? found == expected.outputs
        : try expected.outputs.allSatisfy { name, tensor in
          let scale = tensor.doubles.reduce(1) { max($0, $1.magnitude) }
          return try zip(#require(found[name]).doubles, tensor.doubles)
            .allSatisfy { ($0 - $1).magnitude <= tolerance * scale }
        }
      #expect(isEqual, "\(graph.name) after \(name)\n\(text(kernels, graph))")
    }
    let first = try KernelGraph(lowering: graph)
    try expect(first, after: "lowering")
    var error: (any Error)?
    _ = try options.pipeline(first, on: options.machine.fixedPart) { pass, kernels in
      do { try expect(kernels, after: pass.name) } catch let thrown { error = thrown }
    }
    if let error { throw error }
  }

  /// Expects the text of kernels to give back the same text, and a plan with as many kernels and bytes.
  private static func expectText(
    _ kernels: KernelGraph, of graph: Graph, after name: String
  ) throws {
    let text = text(kernels, graph)
    let labels = graph.nodes.indices.map(graph.label)
    let read = try KernelGraphParser.graph(from: text, file: "kernels", labels: labels).graph
    #expect(self.text(read, graph) == text, "\(graph.name) after \(name)")
    let (plan, expected) = try (read.plan().plan, kernels.plan().plan)
    #expect(plan.kernels.count == expected.kernels.count, "\(graph.name) after \(name)\n\(text)")
    #expect(plan.arenaByteCount == expected.arenaByteCount, "\(graph.name) after \(name)\n\(text)")
  }

  private static func text(_ kernels: KernelGraph, _ graph: Graph) -> String {
    KernelGraphPrinter.text(kernels, labels: graph.label)
  }
}

@Suite("Kernel passes on random graphs")
struct KernelPassTests {
  @Test(
    "each leaves kernels that are well formed, read back, and compute the same",
    arguments: RandomSets.seeds(from: 400, 12, full: 200))
  func between(number: Int) throws {
    let seed = UInt64(number)
    let graph = try RandomKernelGraph.graph(seed: seed, nodeCount: 30)
    for options in PlanComparison.sampledChoices(seed: seed).prefix(1) {
      try KernelPassComparison.expectEqual(graph, options, seed: seed)
    }
    try KernelPassComparison.expectEqual(graph, LoweringOptions(), seed: seed)
  }

  @Test("an unknown one is refused with their names")
  func unknown() {
    let names = LoweringPipeline.standard.passNames.joined(separator: ", ")
    #expect(names.hasPrefix("uniform-constants, "))
    #expect(
      throws: Diagnostic(
        .unknownName, "there is no kernel pass named rows; the kernel passes are \(names)")
    ) { try LoweringPipeline.standard.upTo("rows") }
  }
}
