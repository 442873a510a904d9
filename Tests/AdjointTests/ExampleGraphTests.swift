import Adjoint
import Foundation
import TestSupport
import Testing

/// Every file in Graphs/, from disk through the derivative, the passes and the executor, against the
/// formula of its gradient.
@Suite("The gradients of the example graphs")
struct ExampleGraphTests {
  /// The outputs of a graph's derivative, compiled and run.
  private func run(
    _ file: String, of output: String, withRespectTo sources: [String],
    _ values: [String: Tensor], dimensions: [String: Int] = [:]
  ) throws -> ExecutionContext {
    let graph = try Graph(contentsOf: Self.path(file))
      .differentiated(output, withRespectTo: sources)
    let context = try graph.compiled(CompilationOptions(dimensions: dimensions)).makeContext()
    for (name, tensor) in values { try context.set(name, to: tensor) }
    try context.run()
    return context
  }

  static func path(_ file: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Graphs/\(file)").path
  }

  private func expect(_ actual: [Double], _ expected: [Double], within tolerance: Double = 1e-9) {
    #expect(actual.count == expected.count)
    for (a, e) in zip(actual, expected) {
      #expect((a - e).magnitude <= tolerance * Swift.max(e.magnitude, 1e-3), "\(a) is not \(e)")
    }
  }

  private func sigmoid(_ x: Double) -> Double { 1 / (1 + Foundation.exp(-x)) }

  @Test("trace: x₂ + x₂·exp(x₁x₂) and x₁ + x₁·exp(x₁x₂) − cos x₂")
  func trace() throws {
    for (x1, x2) in [(1.0, 2.0), (-0.7, 0.4), (2.5, -1.5)] {
      let context = try run(
        "trace.graph", of: "y", withRespectTo: ["x1", "x2"],
        ["x1": Tensor(scalar: x1, .f64), "x2": Tensor(scalar: x2, .f64)])
      let power = Foundation.exp(x1 * x2)
      expect([try context.scalar("y")], [x1 * x2 + power - Foundation.sin(x2)])
      expect([try context.scalar("gradient.x1")], [x2 + x2 * power])
      expect([try context.scalar("gradient.x2")], [x1 + x1 * power - Foundation.cos(x2)])
    }
  }

  @Test("logistic: (y − t)·y(1 − y)·x")
  func logistic() throws {
    let (x, t) = (1.5, 1.0)
    let context = try run(
      "logistic.graph", of: "loss", withRespectTo: ["w", "b"],
      ["x": Tensor(scalar: x, .f64), "t": Tensor(scalar: t, .f64)])
    let y = sigmoid(0.75 * x - 0.25)
    let delta = (y - t) * y * (1 - y)
    expect([try context.scalar("gradient.w")], [delta * x])
    expect([try context.scalar("gradient.b")], [delta])
  }

  @Test("many-children: y·exp(xy)·(−sin t) + (1 + x·exp(xy))·2t")
  func manyChildren() throws {
    let t = 0.9
    let context = try run(
      "many-children.graph", of: "f", withRespectTo: ["t"], ["t": Tensor(scalar: t, .f64)])
    let (x, y) = (Foundation.cos(t), t * t)
    let power = Foundation.exp(x * y)
    let expected = y * power * -Foundation.sin(t) + (1 + x * power) * 2 * t
    expect([try context.scalar("gradient.t")], [expected])
  }

  @Test("two-layer: backpropagation by hand")
  func twoLayer() throws {
    let (x, t) = (0.8, -0.3)
    let context = try run(
      "two-layer.graph", of: "loss", withRespectTo: ["w1", "b1", "w2", "b2"],
      ["x": Tensor([x]), "t": Tensor([t])])
    let (w1, b1, w2, b2) = ([0.5, -1.25], [0.125, 0.375], [1.5, -0.75], 0.0625)
    let h = (0..<2).map { sigmoid(x * w1[$0] + b1[$0]) }
    let delta = h[0] * w2[0] + h[1] * w2[1] + b2 - t
    let epsilon = (0..<2).map { delta * w2[$0] * h[$0] * (1 - h[$0]) }
    expect(try context.output("gradient.b2").doubles, [delta])
    expect(try context.output("gradient.w2").doubles, h.map { $0 * delta })
    expect(try context.output("gradient.b1").doubles, epsilon)
    expect(try context.output("gradient.w1").doubles, epsilon.map { $0 * x })
  }

  @Test("softmax-regression: p − e_y and xᵀ(p − e_y), the mean over the batch")
  func softmaxRegression() throws {
    let x = try Tensor.random(TensorType(.f64, [5, 3]), seed: 4)
    let labels: [Int32] = [0, 3, 1, 1, 2]
    let context = try run(
      "softmax-regression.graph", of: "loss", withRespectTo: ["w", "b"],
      ["x": x, "labels": Tensor(labels)], dimensions: ["B": 5])
    let logits = try context.output("logits").doubles
    var bias = Array(repeating: 0.0, count: 4)
    var weight = Array(repeating: 0.0, count: 12)
    for row in 0..<5 {
      let powers = (0..<4).map { Foundation.exp(logits[row * 4 + $0]) }
      for column in 0..<4 {
        let residual =
          powers[column] / powers.reduce(0, +) - (column == Int(labels[row]) ? 1 : 0)
        bias[column] += residual / 5
        for k in 0..<3 { weight[k * 4 + column] += x.doubles[row * 3 + k] * residual / 5 }
      }
    }
    expect(try context.output("gradient.b").doubles, bias)
    expect(try context.output("gradient.w").doubles, weight)
  }

  @Test("skip: W₁ᵀR(W₁x)W₂ᵀδ + δ")
  func skip() throws {
    let x = [0.4, -0.9, 0.3]
    let delta = [1.0, -2.0, 0.5]
    let context = try run(
      "skip.graph", of: "product", withRespectTo: ["x"],
      ["x": Tensor(x), "delta": Tensor(delta)])
    let w1 = [0.5, -1.0, 0.25, -0.75, 0.5, 1.5]
    let w2 = [1.25, -0.5, 0.75, 1.0, -0.25, 0.5]
    let expected = (0..<3).map { k in
      (0..<2).reduce(delta[k]) { sum, i in
        let z = (0..<3).reduce(0) { $0 + w1[i * 3 + $1] * x[$1] }
        let back = (0..<3).reduce(0) { $0 + w2[$1 * 2 + i] * delta[$1] }
        return z > 0 ? sum + w1[i * 3 + k] * back : sum
      }
    }
    expect(try context.output("gradient.x").doubles, expected)
  }

  @Test("chain: the sum over a·b·c·d is Σa·(b·c)·Σd")
  func chain() throws {
    let context = try run("chain.graph", of: "total", withRespectTo: ["a", "b", "c", "d"], [:])
    let (a, b) = (try context.parameter("a").doubles, try context.parameter("b").doubles)
    let (c, d) = (try context.parameter("c").doubles, try context.parameter("d").doubles)
    let middle = zip(b, c).reduce(0) { $0 + $1.0 * $1.1 }
    let (sumA, sumD) = (a.reduce(0, +), d.reduce(0, +))
    let scale = Swift.max(
      (sumA * middle).magnitude, (middle * sumD).magnitude, (sumA * sumD).magnitude)
    func expectNear(_ name: String, _ expected: [Double]) throws {
      // f32, sums of 1,000 numbers of both signs.
      for (actual, expected) in zip(try context.output("gradient.\(name)").doubles, expected) {
        #expect((actual - expected).magnitude < 2e-5 * scale)
      }
    }
    try expectNear("a", Array(repeating: middle * sumD, count: 1000))
    try expectNear("b", c.map { sumA * $0 * sumD })
    try expectNear("c", b.map { sumA * $0 * sumD })
    try expectNear("d", Array(repeating: sumA * middle, count: 1000))
  }

  @Test(
    "the classifiers' gradients agree with the interpreter's",
    arguments: ["digits-mlp", "fashion-mlp"])
  func classifiers(_ name: String) throws {
    let graph = try Graph(contentsOf: Self.path("\(name).graph"))
      .differentiated("loss", withRespectTo: ["w1", "b1", "w2", "b2"]).binding(["B": 2])
    var sources = try graph.randomSources(seed: 5)
    sources["labels"] = try Tensor([7, 0] as [Int32])
    let context = try graph.compiled().makeContext()
    for (name, tensor) in sources { try context.set(name, to: tensor) }
    try context.run()
    let oracle = try GraphInterpreter.evaluate(graph, sources).outputs
    for (name, expected) in oracle {
      for (a, e) in zip(try context.output(name).doubles, expected.doubles) {
        #expect((a - e).magnitude < 1e-4 * Swift.max(1, e.magnitude), "\(name)")
      }
    }
  }
}
