import AdjointAutodiff
import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses
import TestSupport
import Testing

/// Two results, one of them through another composite: x · silu(y) and the sum of y.
private struct Pair: Composite {
  static let mnemonic = "pair"
  init() {}
  init(attributes: AttributeList) throws(Diagnostic) {}
  var attributes: AttributeList { AttributeList() }

  func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try expandedTypes(for: operands)
  }

  func expansion(of operands: [Value]) throws(Diagnostic) -> [Value] {
    [operands[0] * silu(operands[1]), operands[1].sum()]
  }
}

/// Its expansion has another type than it states.
private struct Liar: Composite {
  static let mnemonic = "liar"
  init() {}
  init(attributes: AttributeList) throws(Diagnostic) {}
  var attributes: AttributeList { AttributeList() }

  func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] { operands }
  func expansion(of operands: [Value]) throws(Diagnostic) -> [Value] { [operands[0].sum()] }
}

@Suite("Composites: expansion, inlining, and derivatives that follow")
struct CompositeExpansionTests {
  /// z = Σ(x · silu(y)) + (Σ y)², through a composite or as it is written out.
  private func graph(of composite: Bool) throws -> Graph {
    let builder = GraphBuilder("pair")
    let x = builder.input("x", .f64, [3])
    let y = builder.input("y", .f64, [3])
    let parts =
      composite
      ? try builder.results(of: Pair(), [x, y])
      : [x * (y * sigmoid(y)), y.sum()]
    builder.output("z", parts[0].sum() + parts[1] * parts[1])
    return try builder.build()
  }

  private static var sources: [String: Tensor] {
    get throws { ["x": try Tensor([0.5, -1, 2]), "y": try Tensor([1.5, 0.25, -3])] }
  }

  @Test("refuses what does not go with the inputs of a graph that is inlined")
  func refusals() throws {
    let body = try graph(of: false)
    for (types, code) in [
      ([TensorType(.f64, [3])], Diagnostic.Code.operandCount),
      ([TensorType(.f64, [3]), TensorType(.f32, [3])], .shapeMismatch),
      ([TensorType(.f64, [3]), TensorType(.f64, [4])], .shapeMismatch),
    ] {
      let builder = GraphBuilder("site")
      let values = types.enumerated().map {
        builder.input("v\($0)", $1.scalarType, $1.shape)
      }
      let results = builder.inline(body, operands: values)
      #expect(results.map(\.type) == [TensorType(.f64, .scalar)])
      builder.output("z", results[0])
      let error = #expect(throws: Diagnostic.self) { try builder.build() }
      #expect(error?.code == code)
    }
    let builder = GraphBuilder("site")
    let x = builder.input("x", .f64, [3])
    builder.output("w", builder.parameter("w", .f64, [3]))
    let other = GraphBuilder("other")
    let foreign = other.input("x", .f64, [3])
    _ = other.inline(try builder.build(), operands: [foreign])
    #expect(other.mistakes.count == 1)
    _ = other.inline(body, operands: [x, foreign])
    #expect(other.mistakes.count == 2)
  }

  @Test("inlines what the outputs need, without names, marked with the place of the site")
  func inlining() throws {
    let body = GraphBuilder("body")
    let a = body.input("a", .f64, [2])
    _ = exp(a).named("unused")
    body.output("b", (a * 2).named("double"))
    body.output("a", a)
    let builder = GraphBuilder("site")
    let x = builder.input("x", .f64, [2])
    builder.currentLocation = SourceLocation(file: "here.swift", line: 7)
    let results = builder.inline(try body.build(), operands: [x])
    #expect(results[1].isIdentical(to: x))
    #expect(builder.nodes.map(\.mnemonic) == ["input", "constant", "broadcast", "multiply"])
    #expect(builder.nodes.compactMap(\.name) == ["x"])
    #expect(builder.nodes.dropFirst().allSatisfy { $0.location?.line == 7 })
    #expect(builder.currentLocation?.line == 7)
  }

  @Test("expands composites in composites, and says where a composite gives another type")
  func expansion() throws {
    let graph = try graph(of: true)
    let expanded = try Pass.compositeExpansion(graph)
    #expect(!expanded.hasComposites())
    #expect(Set(expanded.nodes.map(\.mnemonic)).isSuperset(of: ["sigmoid", "reduce_sum"]))
    for graph in [graph, expanded] {
      let value = try GraphInterpreter.evaluate(graph, Self.sources).outputs["z"]
      let written = try GraphInterpreter.evaluate(self.graph(of: false), Self.sources).outputs["z"]
      #expect(value == written)
    }
    let builder = GraphBuilder("liar")
    builder.output("y", builder.apply(Liar(), [builder.input("x", .f64, [2])]))
    let liar = try builder.build()
    let error = #expect(throws: Diagnostic.self) { try Pass.compositeExpansion(liar) }
    #expect(error?.code == .invalidGraph)
    #expect(error?.message.contains("liar: the expansion gives f64[]") == true)
  }

  @Test("has the derivatives of what is written out, in both modes, twice", arguments: [1, 2])
  func derivatives(order: Int) throws {
    for mode in DifferentiationMode.allCases {
      var results: [[Double]] = []
      for composite in [true, false] {
        var graph = try graph(of: composite)
        for _ in 0..<order {
          let target = graph.outputs.last?.name ?? ""
          graph = try graph.differentiatedAsWritten(
            target, withRespectTo: ["x", "y"], mode: mode, options: [.zeros])
        }
        var sources = try Self.sources
        for (number, port) in graph.inputs.enumerated() where sources[port.name] == nil {
          sources[port.name] = try .random(port.type, seed: UInt64(number), from: -1, to: 1)
        }
        let outputs = try GraphInterpreter.evaluate(graph, sources).outputs
        results.append(graph.outputs.flatMap { outputs[$0.name]?.doubles ?? [] })
      }
      #expect(results[0].count == results[1].count)
      for (a, b) in zip(results[0], results[1]) {
        #expect(DerivativeCheck.disagreement(a, b) < 1e-13)
      }
    }
  }

  @Test("writes nothing for operands that are not asked for, and none of the forward pass twice")
  func economy() throws {
    let graph = try graph(of: true).differentiatedAsWritten("z", withRespectTo: ["x"])
    // The cotangent of x is silu(y) times the cotangent; nothing else of the derivative is needed.
    let derivative = graph.nodes.filter {
      $0.provenance?.rule == "pair" && $0.provenance?.role == .adjoint
    }
    #expect(derivative.map(\.mnemonic) == ["silu", "multiply"])
    let plain = try Pipeline.compilation(
      self.graph(of: false).differentiatedAsWritten("z", withRespectTo: ["x", "y"]))
    let whole = try Pipeline.compilation(
      self.graph(of: true).differentiatedAsWritten("z", withRespectTo: ["x", "y"]))
    #expect(whole.nodeCount < plain.nodeCount)
  }

  @Test("takes time in proportion to the composites")
  func linear() throws {
    let builder = GraphBuilder("chain")
    let x = builder.input("x", .f64, [2])
    var y = x
    for _ in 0..<500 { y = silu(y) }
    builder.output("y", y.sum())
    let graph = try builder.build().differentiatedAsWritten("y", withRespectTo: ["x"])
    #expect(graph.nodeCount < 500 * 12)
    #expect(try Pass.compositeExpansion(graph).nodeCount < 500 * 12)
  }
}
