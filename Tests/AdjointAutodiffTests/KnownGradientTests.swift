import AdjointAutodiff
import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses
import Foundation
import TestSupport
import Testing

@Suite("Gradients with known formulas")
struct KnownGradientTests {
  @Test(
    "x₁x₂ + exp(x₁x₂) − sin x₂, in both modes", arguments: [(2.0, 5.0), (-0.3, 0.7), (1.5, -2.0)])
  func evaluationTrace(_ point: (Double, Double)) throws {
    let builder = GraphBuilder()
    let x1 = builder.input("x1", .f64, [])
    let x2 = builder.input("x2", .f64, [])
    let product = x1 * x2
    builder.output("y", product + exp(product) - sin(x2))
    let graph = try builder.build()
    let sources = try [
      "x1": Tensor(scalar: point.0, .f64), "x2": Tensor(scalar: point.1, .f64),
      "tangent.x1": Tensor(scalar: 1, .f64), "tangent.x2": Tensor(scalar: 10, .f64),
    ]
    let p = point.0 * point.1
    let d1 = point.1 + point.1 * Foundation.exp(p)
    let d2 = point.0 + point.0 * Foundation.exp(p) - Foundation.cos(point.1)
    for simplify in [false, true] {
      var reverse = try graph.differentiatedAsWritten("y", withRespectTo: ["x1", "x2"])
      var forward = try graph.differentiatedAsWritten(
        "y", withRespectTo: ["x1", "x2"], mode: .forward)
      if simplify {
        reverse = try Pipeline.standard(reverse)
        forward = try Pipeline.standard(forward)
      }
      let outputs = try GraphInterpreter.evaluate(reverse, sources).outputs
      #expect(
        DerivativeCheck.disagreement(try #require(outputs["gradient.x1"]?.scalar), d1) < 1e-12)
      #expect(
        DerivativeCheck.disagreement(try #require(outputs["gradient.x2"]?.scalar), d2) < 1e-12)
      let tangent = try GraphInterpreter.evaluate(forward, sources).outputs["tangent.y"]
      #expect(
        DerivativeCheck.disagreement(try #require(tangent?.scalar), d1 + 10 * d2) < 1e-12)
    }
  }

  @Test("softmax regression: (p − e_y)xᵀ and p − e_y")
  func softmaxRegression() throws {
    let builder = GraphBuilder()
    let x = builder.input("x", .f64, [1, 3])
    let label = builder.input("label", .i32, [1])
    let w = builder.parameter("w", .f64, [3, 4])
    let b = builder.parameter("b", .f64, [4])
    let logits = matmul(x, w) + b
    builder.output("p", softmax(logits))
    builder.output("loss", crossEntropy(logits: logits, indices: label))
    let graph = try builder.build().differentiatedAsWritten("loss", withRespectTo: ["w", "b"])
    let sources = [
      "x": try Tensor.random(TensorType(.f64, [1, 3]), seed: 1),
      "label": try Tensor(.i32([2]), extents: [1]),
      "w": try Tensor.random(TensorType(.f64, [3, 4]), seed: 2),
      "b": try Tensor.random(TensorType(.f64, [4]), seed: 3),
    ]
    for graph in [graph, try Pipeline.standard(graph)] {
      let outputs = try GraphInterpreter.evaluate(graph, sources).outputs
      var residual = try #require(outputs["p"]).doubles
      residual[2] -= 1
      let bias = try #require(outputs["gradient.b"]).doubles
      let weight = try #require(outputs["gradient.w"]).doubles
      let features = try #require(sources["x"]).doubles
      for column in 0..<4 {
        #expect((bias[column] - residual[column]).magnitude < 1e-12)
        for row in 0..<3 {
          #expect((weight[row * 4 + column] - features[row] * residual[column]).magnitude < 1e-12)
        }
      }
    }
  }

  @Test("skip connection: W₁ᵀ R(W₁x) W₂ᵀ δ + δ")
  func skipConnection() throws {
    let builder = GraphBuilder()
    let x = builder.input("x", .f64, [5])
    let w1 = builder.parameter("w1", .f64, [7, 5])
    let w2 = builder.parameter("w2", .f64, [5, 7])
    builder.output("y", matmul(w2, relu(matmul(w1, x))) + x)
    let graph = try Pipeline.standard(
      builder.build().differentiatedAsWritten("y", withRespectTo: ["x"]))
    let sources = [
      "x": try Tensor.random(TensorType(.f64, [5]), seed: 1),
      "w1": try Tensor.random(TensorType(.f64, [7, 5]), seed: 2),
      "w2": try Tensor.random(TensorType(.f64, [5, 7]), seed: 3),
      "cotangent.y": try Tensor.random(TensorType(.f64, [5]), seed: 4),
    ]
    let gradient = try #require(
      GraphInterpreter.evaluate(graph, sources).outputs["gradient.x"]
    ).doubles
    let (x0, a, c) = (
      try #require(sources["x"]).doubles, try #require(sources["w1"]).doubles,
      try #require(sources["w2"]).doubles
    )
    let delta = try #require(sources["cotangent.y"]).doubles
    for column in 0..<5 {
      var expected = delta[column]
      for hidden in 0..<7 {
        let activation = (0..<5).reduce(0) { $0 + a[hidden * 5 + $1] * x0[$1] }
        guard activation > 0 else { continue }
        let back = (0..<5).reduce(0) { $0 + c[$1 * 7 + hidden] * delta[$1] }
        expected += a[hidden * 5 + column] * back
      }
      #expect((gradient[column] - expected).magnitude < 1e-12)
    }
  }

  @Test("the adjoint of a value with several children is the sum of their contributions")
  func manyChildren() throws {
    // f(t) = x·y + x with x = t², y = sin t, so f′ = 2t·sin t + t²·cos t + 2t.
    let builder = GraphBuilder()
    let t = builder.input("t", .f64, [])
    let x = t * t
    let y = sin(t)
    builder.output("f", x * y + x)
    let graph = try builder.build().differentiatedAsWritten("f", withRespectTo: ["t"])
    let value = 0.8
    let outputs = try GraphInterpreter.evaluate(graph, ["t": Tensor(scalar: value, .f64)]).outputs
    let expected =
      2 * value * Foundation.sin(value) + value * value * Foundation.cos(value) + 2 * value
    #expect((try #require(outputs["gradient.t"]?.scalar) - expected).magnitude < 1e-12)
    // x has two children, t three uses of it.
    #expect(graph.nodeCount(of: .accumulation) == 3)
  }

  @Test("a derivative of a derivative of a derivative")
  func thirdDerivative() throws {
    let builder = GraphBuilder()
    let x = builder.input("x", .f64, [])
    builder.output("y", exp(x * 2) * sin(x))
    var graph = try builder.build().differentiatedAsWritten("y", withRespectTo: ["x"])
    graph = try graph.differentiatedAsWritten("gradient.x", withRespectTo: ["x"])
    graph = try graph.differentiatedAsWritten(
      "gradient.gradient.x.x", withRespectTo: ["x"], mode: .forward)
    let outputs = try GraphInterpreter.evaluate(
      Pipeline.standard(graph),
      ["x": try Tensor(scalar: 0.3, .f64), "tangent.x": try Tensor(scalar: 1, .f64)]
    ).outputs
    // (e²ˣ sin x)‴ = e²ˣ (2 sin x + 11 cos x)
    let expected =
      Foundation.exp(0.6) * (2 * Foundation.sin(0.3) + 11 * Foundation.cos(0.3))
    let third = try #require(outputs["tangent.gradient.gradient.x.x"]?.scalar)
    #expect(DerivativeCheck.disagreement(third, expected) < 1e-12)
  }
}
