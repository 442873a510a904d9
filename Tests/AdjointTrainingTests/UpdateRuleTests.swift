import Adjoint
import AdjointTraining
import Foundation
import Testing

/// Weight decay, clipping and frozen parameters against the numbers of their definitions.
@Suite("Updates") struct UpdateRuleTests {
  /// `loss = ½·(a·w₀² + a·w₁²) + c·v`: the gradient of w is a·w and that of v is c.
  private func graph(
    _ type: ScalarType = .f64, a: Double = 1, c: Double = 0, w: [Double] = [3, 4]
  ) throws -> Graph {
    let builder = GraphBuilder("rules")
    let initial = try Tensor(w).converted(to: type)
    let weights = builder.parameter("w", type, [2], .literal(initial))
    let v = builder.parameter("v", type, [], .constant(5))
    builder.output("loss", (weights * weights).sum() * (a / 2) + v * c)
    return try builder.build()
  }

  private func after(
    _ steps: Int, _ graph: Graph, _ optimizer: Optimizer, freezing frozen: [String] = [],
    clipping: GradientClipping? = nil
  ) throws -> (w: [Double], v: Double) {
    let context = try graph.trainingStep(
      minimizing: "loss", with: optimizer, freezing: frozen, clipping: clipping
    ).compiled().makeContext()
    for _ in 0..<steps { try context.run() }
    return (
      try context.parameter("w").doubles, try #require(context.parameter("v").doubles.first)
    )
  }

  private func areClose(_ found: [Double], _ wanted: [Double], _ bound: Double = 1e-14) -> Bool {
    zip(found, wanted).allSatisfy { abs($0 - $1) <= bound * max(1, abs($1)) }
  }

  @Test("AdamW decays weights apart from its moments")
  func adamW() throws {
    // Loshchilov and Hutter, algorithm 2, with η = 0.1, λ = 0.5, β = (0.9, 0.999), ε = 1e-8. In the
    // first step m̂ = g and v̂ = g², so that w₁ = w₀ − η·(g/(|g| + ε) + λ·w₀); from 3 with g = 3
    //   w₁ = 3 − 0.1·(3/(3 + 1e-8) + 1.5) = 2.75 + 3.3e-10.
    // In the second, with g = w₁, to ten digits of g = 2.75:
    //   m̂ = (0.9·0.3 + 0.1·2.75)/0.19 = 2.868421053, v̂ = (0.999·0.009 + 0.001·7.5625)/0.001999 = 8.280890445,
    //   w₂ = 2.75 − 0.1·(2.868421053/2.877653636 + 1.375) = 2.512820843.
    let one = try after(1, graph(), .adamW(learningRate: 0.1, weightDecay: 0.5))
    #expect(abs(one.w[0] - (2.75 + 1e-9 / 3)) < 1e-15 + 1e-12)
    #expect(abs(one.w[1] - (3.7 + 1e-9 / 4)) < 1e-12)
    let two = try after(2, graph(), .adamW(learningRate: 0.1, weightDecay: 0.5))
    #expect(abs(two.w[0] - 2.512820843) < 1e-8)
    // The same step by step, to the last digits.
    var (w, m, v) = (3.0, 0.0, 0.0)
    for t in 1...20 {
      m = 0.9 * m + 0.1 * w
      v = 0.999 * v + 0.001 * w * w
      let (mHat, vHat) = (m / (1 - pow(0.9, Double(t))), v / (1 - pow(0.999, Double(t))))
      w -= 0.1 * (mHat / (vHat.squareRoot() + 1e-8) + 0.5 * w)
    }
    let many = try after(20, graph(), .adamW(learningRate: 0.1, weightDecay: 0.5))
    #expect(abs(many.w[0] - w) < 1e-12)
    // Without decay it is Adam, to the bit.
    let (plain, adam) = try (
      after(5, graph(), .adamW(weightDecay: 0)), after(5, graph(), .adam())
    )
    #expect(plain == adam)
  }

  @Test("decay is no part of the gradient: a velocity does not see it")
  func decoupled() throws {
    // v ← 0.9·v + g, w ← w − 0.1·v − 0.1·0.5·w from w = 3, g = w:
    //   v = 3, w = 3 − 0.3 − 0.15 = 2.55; v = 2.7 + 2.55 = 5.25, w = 2.55 − 0.525 − 0.1275 = 1.8975.
    let momentum = try after(
      2, graph(), .momentum(learningRate: 0.1, momentum: 0.9, weightDecay: 0.5))
    #expect(abs(momentum.w[0] - 1.8975) < 1e-14)
    // Of v, without a gradient, the decay alone is left: 5·(1 − 0.1·0.5)² = 4.5125.
    #expect(try after(2, graph(c: 1e-300), .sgd(learningRate: 0.1, weightDecay: 0.5)).v == 4.5125)
  }

  @Test("the decay follows a learning rate that is set")
  func decayAndRate() throws {
    let step = try graph().trainingStep(
      minimizing: "loss", with: .sgd(learningRate: 0.1, weightDecay: 2), rate: .parameter,
      at: SourceLocation(file: #fileID, line: #line))
    let context = try step.compiled().makeContext()
    try context.set("optimizer.learning_rate", to: Tensor(scalar: 0.25, .f64))
    try context.run()
    // 3 − 0.25·3 − 0.25·2·3 and 4 − 0.25·4 − 0.25·2·4.
    #expect(try context.parameter("w").doubles == [0.75, 1])
  }

  @Test("the global norm is that of all gradients", arguments: [ScalarType.f64, .f32])
  func globalNorm(_ type: ScalarType) throws {
    // The gradients (3, 4) and 12 are 13 long. With a bound of 6.5 they are halved, with 13 they stay.
    let sgd = Optimizer.sgd(learningRate: 1)
    let halved = try after(1, graph(type, c: 12), sgd, clipping: .globalNorm(6.5))
    #expect(halved.w == [1.5, 2] && halved.v == -1)
    let whole = try after(1, graph(type, c: 12), sgd, clipping: .globalNorm(13))
    #expect(whole.w == [0, 0] && whole.v == -7)
    // A frozen parameter has no gradient to count: (3, 4) are 5 long.
    let frozen = try after(
      1, graph(type, c: 12), sgd, freezing: ["v"], clipping: .globalNorm(2.5))
    #expect(frozen.w == [1.5, 2] && frozen.v == 5)
    // Gradients of 0 have no direction.
    let none = try after(1, graph(type, w: [0, 0]), sgd, clipping: .globalNorm(1))
    #expect(none.w == [0, 0] && none.v == 5)
  }

  @Test("clipping by value takes each element for itself")
  func value() throws {
    let sgd = Optimizer.sgd(learningRate: 1)
    let clipped = try after(1, graph(c: -12, w: [3, -4]), sgd, clipping: .value(3.5))
    #expect(clipped.w == [0, -0.5])
    #expect(clipped.v == 8.5)
  }

  @Test("clipped gradients are what an optimizer's state is made of")
  func state() throws {
    // v ← 0.9·v + min(g, 1): 1, then 1.9; w = 3 − 0.1·1 − 0.1·1.9 = 2.71.
    let momentum = try after(
      2, graph(), .momentum(learningRate: 0.1, momentum: 0.9), clipping: .value(1))
    #expect(areClose(momentum.w, [2.71, 3.71]))
  }

  @Test("frozen parameters have neither a gradient nor state")
  func frozen() throws {
    let step = try graph(c: 1).trainingStep(
      minimizing: "loss", with: .momentum(), freezing: ["w"])
    #expect(step.updates.count == 2)
    let names = Set(step.parameters.map(\.name))
    #expect(names.contains("optimizer.velocity.v") && !names.contains("optimizer.velocity.w"))
    #expect(!step.nodes.contains { $0.provenance?.node == "w" })
    #expect(try after(3, graph(c: 1), .adam(), freezing: ["w"]).w == [3, 4])
  }

  @Test("a frozen name that no parameter has is refused, with the nearest")
  func frozenNames() throws {
    let builder = GraphBuilder("names")
    let x = builder.input("x", .f64, ["B", 1])
    let weights = builder.parameter("hidden.weights", .f64, [1], .constant(1))
    let unused = builder.parameter("other", .f64, [1], .constant(1))
    builder.output("loss", (x * weights).sum())
    builder.output("scores", x * unused)
    let graph = try builder.build()
    let data = try Dataset(features: Tensor([1, 2] as [Double], extents: [2, 1]))
    func error(_ frozen: [String]) -> Diagnostic? {
      #expect(throws: Diagnostic.self) {
        try Trainer(graph, on: data, options: TrainingOptions(frozenParameters: frozen))
      }
    }
    let misspelt = error(["hidden.weigths"])
    #expect(misspelt?.code == .unknownName)
    #expect(misspelt?.message.contains("did you mean hidden.weights?") == true)
    #expect(misspelt?.location?.file.hasSuffix("UpdateRuleTests.swift") == true)
    #expect(error(["x"])?.code == .unknownName)
    let all = error(["hidden.weights"])
    #expect(all?.code == .notDifferentiable)
    #expect(all?.message.contains("frozen") == true)
    // One that only another output needs is frozen already.
    _ = try Trainer(graph, on: data, options: TrainingOptions(frozenParameters: ["other"]))
  }

  @Test("settings out of range are refused at the call", arguments: [0.0, -1, .nan, .infinity])
  func refusals(_ number: Double) throws {
    let graph = try graph()
    for clipping in [GradientClipping.value(number), .globalNorm(number)] {
      let error = #expect(throws: Diagnostic.self) {
        try graph.trainingStep(minimizing: "loss", with: .sgd(), clipping: clipping)
      }
      #expect(error?.code == .invalidArgument)
      #expect(error?.location?.line == #line - 4)
    }
    guard number != 0 else { return }
    let error = #expect(throws: Diagnostic.self) {
      try graph.trainingStep(minimizing: "loss", with: .sgd(weightDecay: number))
    }
    #expect(error?.code == .invalidArgument)
    #expect(error?.message.contains("weight decay") == true)
  }
}
