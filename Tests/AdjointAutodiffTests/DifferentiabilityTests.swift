import AdjointAutodiff
import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses
import TestSupport
import Testing

@Suite("What can be differentiated")
struct DifferentiabilityTests {
  private func graph() throws -> Graph {
    let builder = GraphBuilder("steps")
    let x = builder.input("x", .f32, [3])
    let y = builder.input("y", .f32, [3])
    let n = builder.input("n", .i32, [3])
    let z = builder.parameter("z", .f32, [3])
    let steps = floor(x).named("steps") + sign(x).named("signs")
    builder.output("open", (steps * y).sum())
    builder.output("whole", n + 1)
    builder.output("unused", (z * z).sum())
    return try builder.build()
  }

  @Test("tells differentiable, blocked and unrelated pairs apart")
  func report() throws {
    let report = try graph().differentiability()
    func dependence(_ output: String, _ source: String) -> String? {
      report.pairs.first { $0.output == output && $0.source == source }?.dependence.rawValue
    }
    #expect(dependence("open", "y") == "differentiable")
    #expect(dependence("open", "x") == "blocked")
    #expect(dependence("open", "z") == "none")
    #expect(dependence("whole", "n") == "blocked")
    #expect(dependence("unused", "z") == "differentiable")
    #expect(report.pairs.count == 12)
  }

  @Test("one error lists every offender")
  func everyOffender() throws {
    let graph = try graph()
    let error = #expect(throws: Diagnostic.self) {
      try graph.differentiatedAsWritten("open", withRespectTo: ["x", "y", "z"])
    }
    #expect(error?.code == .notDifferentiable)
    let notes = error?.notes ?? []
    #expect(notes.count == 3)
    #expect(notes.contains { $0.contains("%steps (floor)") })
    #expect(notes.contains { $0.contains("%signs (sign)") })
    #expect(notes.contains("open does not depend on z"))
  }

  @Test("a stopped derivative is told from one that does not exist")
  func stopped() throws {
    let builder = GraphBuilder()
    let x = builder.input("x", .f64, [])
    builder.output("y", stopGradient(x).named("s") + floor(x).named("f"))
    let pair = try #require(builder.build().differentiability().pairs.first)
    #expect(pair.dependence == .blocked)
    #expect(pair.obstacles.count == 2)
    #expect(pair.obstacles[0].hasPrefix("%s (stop_gradient) stops derivatives on purpose at "))
    #expect(pair.obstacles[1].hasPrefix("%f (floor) has no derivative"))
  }

  @Test(
    "an input that an output is named after is the source", arguments: DifferentiationMode.allCases)
  func outputNamedAfterAnInput(mode: DifferentiationMode) throws {
    let builder = GraphBuilder("named")
    let x = builder.input("x", .f64, [])
    let y = builder.input("y", .f64, [])
    builder.output("y", x * y)
    let graph = try builder.build().differentiatedAsWritten("y", withRespectTo: ["y"], mode: mode)
    let sources = try ["x": 3, "y": 5, "tangent.y": 1].filter { name, _ in
      graph.inputs.contains { $0.name == name }
    }.mapValues { try Tensor(scalar: $0, .f64) }
    let outputs = try GraphInterpreter.evaluate(graph, sources).outputs
    #expect((outputs["gradient.y"] ?? outputs["tangent.y"])?.doubles == [3])
  }

  @Test("an unknown name is refused with the known ones")
  func unknownName() throws {
    let graph = try graph()
    let error = #expect(throws: Diagnostic.self) {
      try graph.differentiatedAsWritten("nothing", withRespectTo: ["x"])
    }
    #expect(error?.code == .unknownName)
    #expect(error?.message.contains("open, whole, unused") == true)
  }

  @Test("the gradient of a value that is not a scalar says what to do")
  func notAScalar() throws {
    let builder = GraphBuilder()
    let x = builder.input("x", .f32, [3])
    let error = #expect(throws: Diagnostic.self) {
      try refusing { gradients(of: x * 2, withRespectTo: [x]) }
    }
    #expect(error?.code == .notDifferentiable)
    #expect(error?.location?.file.hasSuffix("DifferentiabilityTests.swift") == true)
    #expect(error?.notes.first?.contains("sum it") == true)
  }

  @Test("values the output does not depend on get zeros from gradients")
  func unrelated() throws {
    let builder = GraphBuilder()
    let x = builder.input("x", .f64, [2])
    let y = builder.input("y", .f64, [3])
    let derivatives = gradients(of: (x * x).sum(), withRespectTo: [x, y])
    builder.output("dependent", derivatives[0])
    builder.output("unrelated", derivatives[1])
    let outputs = try GraphInterpreter.evaluate(
      builder.build(),
      ["x": Tensor([1.0, 2.0] as [Double]), "y": Tensor([1.0, 2.0, 3.0] as [Double])]
    ).outputs
    #expect(outputs["dependent"]?.doubles == [2, 4])
    #expect(outputs["unrelated"]?.doubles == [0, 0, 0])
  }

  @Test("nodes off the path are not visited, and every derivative node says why it is there")
  func provenance() throws {
    let builder = GraphBuilder()
    let x = builder.input("x", .f64, [])
    let y = builder.input("y", .f64, [])
    let h = sin(x).named("h")
    let unrelated = cos(y).named("k")
    builder.output("f", h * unrelated)
    let before = try builder.build()
    let graph = try before.differentiatedAsWritten("f", withRespectTo: ["x"])
    let added = graph.nodes[before.nodeCount...]
    #expect(added.allSatisfy { $0.provenance != nil })
    #expect(!added.contains { $0.provenance?.node == "k" })
    let last = added.last { $0.provenance?.node == "h" }
    #expect(last?.provenance?.rule == "sin")
    #expect(last?.provenance?.operand == 0)
    #expect(last?.provenance?.contribution == 0)
    #expect(graph.nodeCount(of: nil) == before.nodeCount)
  }
}
