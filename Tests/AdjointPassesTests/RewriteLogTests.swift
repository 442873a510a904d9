import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses
import Testing

@Suite("Where rewrites were applied")
struct RewriteLogTests {
  private static let text = """
    adjoint 1
    graph small {
      input %x: f64[2]
      %zero = constant() {value = 0.0, type = f64[]} : f64[]
      %zeros = broadcast(%zero) {shape = [2], axes = []} : f64[2]
      %a = add(%x, %zeros) : f64[2]
      %b = add(%zeros, %a) : f64[2]
      %n = negate(%b) : f64[2]
      %y = add(%a, %n) : f64[2]
      output y = %y
    }
    """

  private static func logged(_ pass: Pass, _ graph: Graph) throws -> (Graph, RewriteLog) {
    let log = RewriteLog()
    return (try pass(graph, log: log), log)
  }

  @Test("is listed with the node replaced, its place and what replaced it")
  func places() throws {
    let (graph, log) = try Self.logged(.identities, Graph(text: Self.text))
    #expect(log.firings.map(\.rewrite) == ["x + 0 → x", "x + 0 → x", "x + (−y) → x − y"])
    #expect(log.firings.map(\.node) == ["a", "b", "y"])
    #expect(log.firings.map(\.replacement) == ["x", "x", "y"])
    #expect(log.firings.map { $0.location?.line } == [6, 7, 9])
    #expect(log.firings.allSatisfy { $0.graph == "small" })
    #expect(graph.nodes.map(\.mnemonic).last == "subtract")
  }

  @Test("is counted once for each node, whether the nodes before it stay or not")
  func counts() throws {
    let (_, log) = try Self.logged(.identities, Graph(text: Self.text))
    let lines = log.lines(in: "small", placesAtMost: 1)
    #expect(lines.count == 2)
    #expect(lines[0].hasPrefix("x + 0 → x: 2 times, at %a ("))
    #expect(lines[0].hasSuffix(":6:3) → %x and 1 more"), "\(lines[0])")
    #expect(lines[1].hasPrefix("x + (−y) → x − y: once, at %y ("))
    #expect(lines[1].hasSuffix(":9:3) → %y"), "\(lines[1])")
  }

  @Test("is nothing where nothing applies, and of no other pass")
  func nothing() throws {
    let graph = try Graph(text: Self.text)
    for pass in [Pass.deadNodes, .stableForms, .contractions, .commonSubexpressions] {
      let (_, log) = try Self.logged(pass, graph)
      #expect(log.firings.isEmpty, "\(pass.name)")
    }
  }

  @Test("names the function that has the node")
  func functions() throws {
    let builder = GraphBuilder("caller")
    let x = builder.input("x", .f64, [2])
    let function = try Function("negated", [x.type]) { -(-exp($0[0])) }
    builder.output("y", function(x))
    let (_, log) = try Self.logged(.identities, builder.build())
    #expect(log.firings.map(\.rewrite) == ["−(−x) → x"])
    #expect(log.firings.map(\.graph) == ["negated"])
    #expect(log.lines(in: "caller", placesAtMost: 9)[0].contains("@negated %"))
  }

  @Test("is reported for each pass of a pipeline")
  func pipeline() throws {
    var counts: [String: Int] = [:]
    _ = try Pipeline.standard.traced(Graph(text: Self.text)) { pass, _, log in
      counts[pass.name, default: 0] += log.firings.count
    }
    #expect(counts.filter { $0.value > 0 } == ["identities": 3])
  }
}

@Suite("The history of nodes")
struct NodeHistoryTests {
  /// (1/q) / (1 + eˣ), of which one pass makes (1/q) · σ(−x), and another σ(−x) / q.
  private static func graph() throws -> Graph {
    let builder = GraphBuilder("history")
    let x = builder.input("x", .f64, ["B"])
    let q = builder.input("q", .f64, ["B"])
    builder.output("y", (reciprocal(q) / (1 + exp(x))).named("y"))
    return try builder.build()
  }

  private static let both = [
    "x · (1/y) → x / y, in place of %y", "a / (1 + exp(x)) → a · σ(−x), in place of %y",
  ]

  private static func steps(of node: String, in graph: Graph) throws -> [String] {
    try graph.history(ofNode: node).map(\.description)
  }

  @Test("is empty for what no rewrite made")
  func written() throws {
    let graph = try Self.graph()
    for node in graph.nodes.indices { #expect(graph.history(of: node).isEmpty) }
    #expect(try graph.history(ofNode: "y").isEmpty)
  }

  @Test("goes through two passes, and others keep it")
  func twoPasses() throws {
    let first = try Pass.stableForms(Self.graph())
    #expect(try Self.steps(of: "y", in: first) == [Self.both[1]])
    let second = try Pass.identities(first)
    #expect(try Self.steps(of: "y", in: second) == Self.both)
    let all = try Pipeline.compilation(Self.graph())
    #expect(try Self.steps(of: "y", in: all) == Self.both)
    #expect(try all.history(ofNode: "q").isEmpty)
    let bound = try all.binding(["B": 3])
    #expect(try Self.steps(of: "y", in: bound) == Self.both)
  }

  @Test("names every node that a rewrite made, and the rewrites that were applied at once")
  func nested() throws {
    let builder = GraphBuilder("nested")
    let x = builder.input("x", .f64, [2])
    builder.output("y", log(1 + exp(x)).named("y"))
    let graph = try Pass.stableForms(builder.build())
    #expect(
      try Self.steps(of: "y", in: graph) == [
        "log1p(exp(x)) → softplus(x), in place of %y", "log(1 + x) → log1p(x), in place of %y",
      ])
    #expect(
      try graph.historyText(ofNode: "y") == """
        %y = softplus(%x) : f64[2]
          log1p(exp(x)) → softplus(x), in place of %y
          log(1 + x) → log1p(x), in place of %y

        """)
  }

  @Test("is that of the composite for the nodes that take its place")
  func composites() throws {
    let builder = GraphBuilder("composite")
    let x = builder.input("x", .f64, [2, 3])
    builder.output("y", log(exp(x).sum(squeezingAxes: [1])).named("y"))
    let graph = try Pipeline([.stableForms, .compositeExpansion])(builder.build())
    let name = "log(reduce_sum(exp(x))) → log_sum_exp(x)"
    #expect(try graph.history(ofNode: "y").map(\.rewrite) == [name])
    let made = graph.nodes.indices.filter { !graph.history(of: $0).isEmpty }
    #expect(made.count > 1)
    #expect(made.allSatisfy { graph.history(of: $0).first?.node == "y" })
  }

  @Test("is refused for a node that is not there")
  func unknown() throws {
    let graph = try Self.graph()
    let error = #expect(throws: Diagnostic.self) { try graph.history(ofNode: "nowhere") }
    #expect(error?.code == .unknownName)
    #expect(error?.message.contains("has no node %nowhere") == true)
  }
}
