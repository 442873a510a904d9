import Adjoint
import AdjointGraph
import AdjointTraining
import Foundation
import Testing

@Suite("Graphs with their derivatives")
struct DifferentiatedTests {
  private func scalar(_ graph: Graph, _ name: String, _ sources: [String: Double]) throws -> Double
  {
    let tensors = try sources.mapValues { try Tensor(scalar: $0, .f64) }
    return try #require(GraphInterpreter.evaluate(graph, tensors).outputs[name]?.scalar)
  }

  @Test("inputs, outputs, updates and the names of nodes that survive stay")
  func interface() throws {
    let builder = GraphBuilder("stays")
    let x = builder.input("x", .f64, [])
    let unused = builder.input("unused", .f64, [])
    let w = builder.parameter("w", .f64, [], .constant(0.5))
    let h = (sin(x) * w).named("h")
    let e = exp(h).named("e")
    let y = log(1 + e).named("softly")
    builder.output("y", y)
    builder.output("other", unused + 1)
    builder.update(w, to: w * 0.5)
    let graph = try builder.build()
    let derivative = try graph.differentiated("y", withRespectTo: ["x", "w"])
    #expect(derivative.inputs == graph.inputs)
    #expect(derivative.parameters == graph.parameters)
    #expect(derivative.outputs.map(\.name) == ["y", "other", "gradient.x", "gradient.w"])
    #expect(derivative.updates.count == 1)
    #expect(derivative.nodes.compactMap(\.name) == ["x", "unused", "w", "h", "softly"])
    try derivative.verify()
    let again = try derivative.differentiated("gradient.x", withRespectTo: ["w"])
    #expect(
      again.outputs.map(\.name)
        == ["y", "other", "gradient.x", "gradient.w", "gradient.gradient.x.w"])
  }

  @Test("a dependence that the passes remove gives zeros", arguments: DifferentiationMode.allCases)
  func removedDependence(_ mode: DifferentiationMode) throws {
    let builder = GraphBuilder("constant")
    let x = builder.input("x", .f64, [])
    try builder.output("y", pow(x, 0) + select(builder.constant(.init(scalar: 1, .bool)), 2, x))
    let graph = try builder.build()
    #expect(try graph.differentiability().pairs.first?.dependence == .differentiable)
    let derivative = try graph.differentiated("y", withRespectTo: ["x"], mode: mode)
    let name = mode == .reverse ? "gradient.x" : "tangent.y"
    let sources = mode == .forward ? ["x": 3.0, "tangent.x": 1] : ["x": 3]
    #expect(try scalar(derivative, name, sources) == 0)
  }

  @Test("a dependence that never was is refused, whatever the passes would make of it")
  func refusedDependence() throws {
    let builder = GraphBuilder("stopped")
    let x = builder.input("x", .f64, [])
    builder.output("y", log(stopGradient(exp(x))))
    let graph = try builder.build()
    let error = #expect(throws: Diagnostic.self) {
      try graph.differentiated("y", withRespectTo: ["x"])
    }
    #expect(error?.code == .notDifferentiable)
    #expect(error?.notes.first?.contains("stops derivatives on purpose") == true)
  }

  @Test("a named node can be the source, and is opaque", arguments: DifferentiationMode.allCases)
  func namedSource(_ mode: DifferentiationMode) throws {
    let builder = GraphBuilder("named")
    let x = builder.input("x", .f64, [])
    let s = sigmoid(x).named("s")
    builder.output("y", log(s) + log(1 + exp(s * 1000)))
    let graph = try builder.build()
    let share = 1 / (1 + Foundation.exp(-3.0))
    let derivative = try graph.differentiated("y", withRespectTo: ["s"], mode: mode)
    let found =
      mode == .reverse
      ? try scalar(derivative, "gradient.s", ["x": 3])
      : try scalar(derivative, "tangent.y", ["x": 3, "tangent.s": 1])
    #expect(abs(found - (1 / share + 1000)) < 1e-9)
  }

  @Test("as written, a formula that overflows has the derivative that overflows")
  func asWritten() throws {
    let builder = GraphBuilder("overflow")
    let x = builder.input("x", .f64, [])
    builder.output("y", log(1 + exp(x)))
    let graph = try builder.build()
    let raw = try graph.differentiatedAsWritten("y", withRespectTo: ["x"])
    #expect(raw.nodes[..<graph.nodeCount].map(\.mnemonic) == graph.nodes.map(\.mnemonic))
    #expect(try scalar(raw, "gradient.x", ["x": 1000]).isNaN)
    let stable = try graph.differentiated("y", withRespectTo: ["x"])
    #expect(try scalar(stable, "gradient.x", ["x": 1000]) == 1)
  }

  @Test("a training step differentiates what the passes give", arguments: [1.0, 30, 1000])
  func trainingStep(_ size: Double) throws {
    let builder = GraphBuilder("bce")
    let x = builder.input("x", .f32, ["B", 1])
    let t = builder.input("t", .f32, ["B"])
    let w = builder.parameter("w", .f32, [1], .constant(1))
    let s = sigmoid(matmul(x, w))
    builder.output("loss", (-(t * log(s) + (1 - t) * log(1 - s))).sum())
    let graph = try builder.build()
    let data = try Dataset(
      features: Tensor([size, -size, size, -size].map { Float($0) }, extents: [4, 1]),
      labels: Tensor([1, 0, 1, 0] as [Float]))
    let trainer = try Trainer(
      graph, TrainingInterface(of: graph, features: "x", labels: "t"), on: data,
      options: TrainingOptions(optimizer: .sgd(), batchSize: 4))
    for _ in 0..<3 { try trainer.runEpoch() }
    let weight = try #require(trainer.weights()["w"]).doubles[0]
    if size >= 30 {
      #expect(weight == 1)
    } else {
      // Three steps of w + 0.4·σ(−w).
      let wanted = (0..<3).reduce(1.0) { w, _ in w + 0.4 / (1 + Foundation.exp(w)) }
      #expect(abs(weight - wanted) < 1e-6)
    }
  }

  @Test(
    "a training step has no more kernels for it", arguments: ["digits-mlp", "softmax-regression"])
  func kernels(_ name: String) throws {
    let path = GradientCheckTests.folder.appendingPathComponent("\(name).graph").path
    let graph = try Graph(contentsOf: path).keeping(outputs: ["loss"])
    let optimizer = Optimizer.momentum()
    let step = try graph.trainingStep(minimizing: "loss", with: optimizer)
    // The same step from the nodes as they are written.
    let builder = GraphBuilder(extending: graph)
    let parameters = graph.parameters.map(\.name)
    let loss = try builder.value(graph.value(named: "loss"))
    let values = try parameters.map { try builder.value(graph.value(named: $0)) }
    let slopes = gradients(of: loss, withRespectTo: values)
    for (index, slope) in slopes.enumerated() {
      let velocity = builder.parameter(
        "velocity.\(parameters[index])", slope.scalarType, slope.shape)
      let next = velocity * 0.9 + slope
      builder.update(velocity, to: next)
      builder.update(values[index], to: values[index] - next * 0.05)
    }
    let options = CompilationOptions(dimensions: ["B": 32], backend: .portable)
    let (found, other) = try (
      step.compiled(options).statistics, builder.build().compiled(options).statistics
    )
    #expect(found == other)
  }

  @Test("the check of a stable form takes its differences of the formula as it is written")
  func checks() throws {
    for x in [-1000.0, -50, -20, -3, 0.5, 3, 20, 30, 36, 50, 1000] {
      let builder = GraphBuilder("bce")
      let input = builder.input("x", .f64, [1])
      builder.output("y", log(1 - sigmoid(input)).sum() + log(1 + exp(input)).sum() * 0.5)
      let check = try GradientCheck(
        of: builder.build(), given: ["x": Tensor([x] as [Double])])
      #expect(check.passes, "at \(x): \(check.rows)")
    }
  }

  @Test("a trace shows what is computed, or the graph as it is written")
  func traces() throws {
    let builder = GraphBuilder("trace")
    let x = builder.input("x", .f64, [])
    let e = exp(x).named("e")
    builder.output("y", log(1 + e).named("s") * 2)
    let graph = try builder.build()
    let sources = try ["x": Tensor(scalar: 1000, .f64)]
    let rows = try EvaluationTrace(of: graph, sources: sources).rows
    #expect(rows.map(\.name) == ["x", "s", "%0", "%1"])
    #expect(rows.first { $0.name == "s" }?.formula == "softplus(x)")
    #expect(rows.first { $0.name == "s" }?.primal.scalar == 1000)
    #expect(rows.last?.tangent?.scalar == 2)
    #expect(rows.first?.adjoint?.scalar == 2)
    let raw = try EvaluationTrace(asWritten: graph, sources: sources).rows
    #expect(raw.count == graph.nodeCount)
    #expect(raw.first { $0.name == "e" }?.primal.scalar == .infinity)
    #expect(raw.last?.tangent?.scalar?.isNaN == true)
  }
}
