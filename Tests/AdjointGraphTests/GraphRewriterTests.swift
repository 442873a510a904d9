import AdjointCore
import AdjointGraph
import AdjointOperators
import Testing

@Suite("Rewriting graphs")
struct GraphRewriterTests {
  private func merged(_ graph: Graph) throws -> Graph {
    var rewriter = GraphRewriter()
    rewriter.mergesEqualNodes = true
    return try rewriter.rewrite(graph)
  }

  @Test("merges equal nodes, and no others that have their hash")
  func equalHashes() throws {
    let builder = GraphBuilder("numbered")
    let x = builder.input("x", .f64, [])
    for (place, number) in [1, 2, 3, 2, 1, 3].enumerated() {
      builder.output("y\(place)", builder.apply(Numbered(number), [x]))
    }
    let graph = try merged(builder.build())
    #expect(graph.nodeCount == 4)
    #expect(graph.outputList.map(\.value.node) == [1, 2, 3, 2, 1, 3])
  }

  @Test("finds equal nodes among many, however far apart")
  func manyNodes() throws {
    let builder = GraphBuilder("many")
    let x = builder.input("x", .f64, [])
    for number in 0..<300 {
      builder.output("y\(number)", builder.apply(Numbered(number % 150 * 7), [x]))
    }
    let graph = try builder.build()
    #expect(graph.hasEqualNodes)
    let merged = try merged(graph)
    #expect(merged.nodeCount == 151)
    #expect(!merged.hasEqualNodes)
    for number in 0..<150 {
      #expect(merged.outputList[number].value == merged.outputList[number + 150].value)
    }
  }

  @Test("keeps apart the results of a node, the operands' order and inputs of one type")
  func different() throws {
    let builder = GraphBuilder("different")
    let x = builder.input("x", .f64, [])
    let y = builder.input("y", .f64, [])
    builder.output("a", x - y)
    builder.output("b", y - x)
    for round in 0..<2 {
      let twins = try builder.results(of: Twin(), [x])
      builder.output("first\(round)", twins[0])
      builder.output("second\(round)", twins[1])
    }
    let graph = try merged(builder.build())
    #expect(graph.nodeCount == 5)
    #expect(graph.outputs.map(\.type.scalarType) == [.f64, .f64, .f64, .i32, .f64, .i32])
    #expect(graph.outputList[2].value == graph.outputList[4].value)
    #expect(graph.outputList[3].value == ValueID(node: 4, result: 1))
    try GraphVerifier.verify(graph)
  }

  @Test("copies no node of a graph that it does not change")
  func unchanged() throws {
    let builder = GraphBuilder("unchanged")
    let x = builder.input("x", .f64, [])
    builder.output("y", (sin(x) + exp(x)).named("sum"))
    let graph = try builder.build()
    var rewriter = GraphRewriter()
    rewriter.mergesEqualNodes = true
    rewriter.live = graph.liveNodes
    rewriter.rewrites = StandardRewrites.table(of: [.identity, .stableForm])
    let same = try rewriter.rewrite(graph) { _, _, _ in nil }
    let places = [graph, same].map { graph in
      graph.nodes.withUnsafeBufferPointer { $0.baseAddress }
    }
    #expect(places[0] == places[1])
    #expect(same.outputs == graph.outputs)
  }

  @Test("changes a graph behind the nodes that stay as they are", arguments: 0..<4)
  func changedLate(place: Int) throws {
    let builder = GraphBuilder("late")
    let x = builder.input("x", .f64, [])
    var value = x
    for number in 0..<4 {
      value = number == place ? sin(value) + sin(value) : exp(value).named("e\(number)")
    }
    builder.output("y", value)
    let graph = try merged(builder.build())
    #expect(graph.nodeCount == 6)
    #expect(!graph.hasEqualNodes)
    #expect(
      graph.nodes[place + 2].operands == [ValueID(node: place + 1), ValueID(node: place + 1)])
    #expect(
      graph.nodes.compactMap(\.name) == ["x"] + (0..<4).filter { $0 != place }.map { "e\($0)" })
    try GraphVerifier.verify(graph)
  }

  @Test("names what takes a named node's place, unless that has a name")
  func names() throws {
    let builder = GraphBuilder("names")
    let x = builder.input("x", .f64, [])
    let first = sin(x)
    builder.output("y", first + sin(x).named("second") + sin(x).named("third"))
    let graph = try merged(builder.build())
    #expect(graph.nodes.compactMap(\.name) == ["x", "second"])
  }

  @Test("derives types again where attributes or the types of sources change")
  func types() throws {
    let builder = GraphBuilder("types")
    let x = builder.input("x", .f32, ["B", 3])
    builder.output("y", tanh(x * 2).sum(squeezingAxes: [1]))
    let graph = try builder.build().binding(["B": 5])
    #expect(graph.outputs[0].type == TensorType(.f32, [5]))
    #expect(graph.nodes.allSatisfy { $0.resultTypes.allSatisfy { $0.shape.names.isEmpty } })
    try GraphVerifier.verify(graph)
  }
}
