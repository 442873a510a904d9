import AdjointCore
import AdjointGraph
import AdjointOperators
import TestSupport
import Testing

@Suite struct RoundTripTests {
  @Test func everyExampleIsFound() {
    #expect(
      ExampleFiles.names == [
        "chain.graph", "digits-mlp.graph", "fashion-mlp.graph", "logistic.graph",
        "many-children.graph", "residual-blocks.graph", "rosenbrock.graph", "skip.graph",
        "softmax-regression.graph",
        "trace.graph",
        "two-layer.graph",
      ])
  }

  @Test(arguments: ExampleFiles.names) func exampleFile(_ name: String) throws {
    let graph = try ExampleFiles.graph(name)
    try GraphVerifier.verify(graph)
    let text = graph.description
    let again = try parsed(text)
    #expect(again.isEquivalent(to: graph))
    #expect(again.description == text)
  }

  /// Without comments and empty lines, the examples are written as the printer writes them.
  @Test(arguments: ExampleFiles.names) func exampleFileIsCanonical(_ name: String) throws {
    let text = String(decoding: try ExampleFiles.bytes(name), as: UTF8.self)
    let lines = text.split(separator: "\n").map { line in
      var line = line.split(separator: "//", omittingEmptySubsequences: false)[0]
      while line.last == " " { line.removeLast() }
      return line
    }
    let printed = try ExampleFiles.graph(name).description.split(separator: "\n")
    #expect(lines.filter { !$0.isEmpty } == printed)
  }

  @Test(arguments: 1...60) func randomGraph(_ seed: UInt64) throws {
    let graph = try RandomGraph.make(nodeCount: 4 + Int(seed) * 2, seed: seed)
    try GraphVerifier.verify(graph)
    let again = try parsed(graph.description)
    #expect(again.isEquivalent(to: graph))
    #expect(again.description == graph.description)
    try GraphVerifier.verify(again)
  }

  @Test func randomGraphsDependOnTheSeedOnly() throws {
    let first = try RandomGraph.make(nodeCount: 30, seed: 5).description
    #expect(try RandomGraph.make(nodeCount: 30, seed: 5).description == first)
    #expect(try RandomGraph.make(nodeCount: 30, seed: 6).description != first)
  }

  @Test func hundredThousandNodes() throws {
    let builder = GraphBuilder("long")
    var value = builder.input("x", .f32, [8])
    let bias = builder.parameter("b", .f32, [8], .zeros)
    for index in 0..<100_000 {
      value = index.isMultiple(of: 2) ? tanh(value) : value + bias
    }
    builder.output("y", value)
    let graph = try builder.build()
    let again = try parsed(graph.description)
    #expect(again.nodeCount == 100_002)
    #expect(again.isEquivalent(to: graph))
    try GraphVerifier.verify(again)
  }

  @Test func provenanceAndUpdates() throws {
    let text = """
      adjoint 1

      graph g {
        input %x: f64[2]
        parameter %w: f64[2] = zeros
        parameter %w.momentum: f64[2] = zeros @update(node = "w", rule = "momentum")
        %y = multiply(%x, %w) : f64[2]
        %0 = tanh(%y) : f64[2] @adjoint(node = "y", rule = "multiply", operand = 1, contribution = 2)
        %1 = add(%0, %0) : f64[2] @accumulation(node = "a \\"b\\" \\\\ ü\\n\\u{7}", rule = "add")
        %2 = subtract(%w, %1) : f64[2] @tangent(node = "3", rule = "r", operand = 0)
        output y = %y
        output again = %y
        update %w.momentum = %1
        update %w = %2
      }

      """
    let graph = try parsed(text)
    #expect(graph.description == text)
    #expect(
      graph.nodes[4].provenance
        == Provenance(.adjoint, of: "y", rule: "multiply", operand: 1, contribution: 2))
    #expect(graph.nodes[5].provenance?.node == "a \"b\" \\ ü\n\u{7}")
    #expect(
      graph.updates == [
        Graph.Update(parameter: 2, value: ValueID(node: 5)),
        Graph.Update(parameter: 1, value: ValueID(node: 6)),
      ])
    try GraphVerifier.verify(graph)
  }

  @Test func severalResults() throws {
    let text = """
      adjoint 1

      graph g {
        input %x: f64[2]
        %0, %0#1 = twin(%x) : f64[2], i32[2]
        %pair, %pair#1 = twin(%0#1) : i32[2], i32[2]
        output a = %pair
        output b = %pair#1
      }

      """
    let graph = try GraphParser.parse(text, file: "g.graph", registry: .test)
    #expect(graph.description == text)
    #expect(graph.outputList[1].value == ValueID(node: 2, result: 1))
    #expect(graph.nodes[2].operands == [ValueID(node: 1, result: 1)])
    try GraphVerifier.verify(graph)
  }

  @Test func attributesOfEveryKind() throws {
    let text = """
      adjoint 1

      graph g {
        %0 = annotated() {a = -9223372036854775808, b = 1.0, c = -0.0, d = 1e-05, e = inf, \
      f = -inf, g = true, h = false, i = "x, y", j = [], k = [B, -3, 4], l = [1.0, 2.5, inf], \
      m = f32, n = f64[B, 0], o = bool[], p = [9223372036854775807]} : f64[]
        output y = %0
      }

      """
    let graph = try GraphParser.parse(text, file: "g.graph", registry: .test)
    #expect(graph.description == text)
    let attributes = try #require(graph.nodes[0].operation).attributes
    #expect(attributes["a"] == .integer(.min))
    #expect(attributes["b"] == .floating(NumberLiteral(1.0)))
    #expect(attributes["j"] == .dimensions([]))
    #expect(attributes["k"] == .dimensions(["B", -3, 4]))
    #expect(attributes["l"] == .numbers([1, 2.5, .infinity].map { NumberLiteral($0) }))
    #expect(attributes["m"] == .scalarType(.f32))
    #expect(attributes["n"] == .type(TensorType(.f64, ["B", 0])))
    #expect(attributes["o"] == .type(TensorType(.bool, .scalar)))
  }
}
