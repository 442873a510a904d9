import AdjointAutodiff
import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses
import Foundation
import TestSupport
import Testing

@Suite("Derivatives of derivatives")
struct SecondDerivativeTests {
  /// Products of a Hessian with a vector: forward over reverse, and reverse over reverse.
  private func products(
    _ type: TensorType, at x: Tensor, along v: Tensor, _ function: (Value) throws -> Value
  ) throws -> [Tensor] {
    let builder = GraphBuilder()
    let input = builder.input("x", .f64, type.shape)
    let direction = builder.input("v", .f64, type.shape)
    let gradient = try gradients(of: function(input), withRespectTo: [input])[0]
    let forward = jacobianVectorProduct(
      of: [gradient], withRespectTo: [input], tangents: [direction])[0]
    let reverse = gradients(
      of: (gradient * direction).sum(), withRespectTo: [input])[0]
    builder.output("forward", forward)
    builder.output("reverse", reverse)
    // So that it is simplified while its parts are used by what is derived from it.
    builder.output("gradient", gradient)
    let graph = try builder.build()
    var results: [Tensor] = []
    for graph in [graph, try Pipeline.standard(graph)] {
      let outputs = try GraphInterpreter.evaluate(graph, ["x": x, "v": v]).outputs
      results += [try #require(outputs["forward"]), try #require(outputs["reverse"])]
    }
    return results
  }

  private func expect(_ found: [Tensor], _ expected: [Double]) {
    for tensor in found {
      #expect(tensor.count == expected.count)
      for (a, b) in zip(tensor.doubles, expected) {
        #expect(DerivativeCheck.disagreement(a, b) < 1e-12)
      }
    }
  }

  @Test("of a quadratic form: (A + Aᵀ)·v", arguments: [1, 2, 5])
  func quadraticForm(_ size: Int) throws {
    let type = TensorType(.f64, extents: [size])
    let a = try Tensor.random(TensorType(.f64, extents: [size, size]), seed: 1)
    let (x, v) = (try Tensor.random(type, seed: 2), try Tensor.random(type, seed: 3))
    let found = try products(type, at: x, along: v) { x in
      (x * matmul(x.builder.constant(a), x)).sum()
    }
    let expected = (0..<size).map { row in
      (0..<size).reduce(0.0) { sum, column in
        sum + (a.doubles[row * size + column] + a.doubles[column * size + row]) * v.doubles[column]
      }
    }
    expect(found, expected)
  }

  @Test("of log Σ exp: p∘v − p·⟨p, v⟩")
  func logSumExp() throws {
    let type = TensorType(.f64, extents: [7])
    let (x, v) = (try Tensor.random(type, seed: 4), try Tensor.random(type, seed: 5))
    let powers = x.doubles.map { Foundation.exp($0) }
    let p = powers.map { $0 / powers.reduce(0, +) }
    let mean = zip(p, v.doubles).reduce(0) { $0 + $1.0 * $1.1 }
    expect(
      try products(type, at: x, along: v) { log(exp($0).sum()) },
      zip(p, v.doubles).map { $0 * ($1 - mean) })
  }

  @Test("of a weighted softmax: dy∘(c − ⟨c, y⟩) − y·⟨c, dy⟩ with dy = y∘(v − ⟨y, v⟩)")
  func weightedSoftmax() throws {
    let type = TensorType(.f64, extents: [7])
    let (x, v) = (try Tensor.random(type, seed: 8), try Tensor.random(type, seed: 9))
    let c = try Tensor.random(type, seed: 10)
    let powers = x.doubles.map { Foundation.exp($0) }
    let y = powers.map { $0 / powers.reduce(0, +) }
    func product(_ a: [Double], _ b: [Double]) -> Double {
      zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let dy = zip(y, v.doubles).map { $0 * ($1 - product(y, v.doubles)) }
    let expected = y.indices.map {
      dy[$0] * (c.doubles[$0] - product(c.doubles, y)) - y[$0] * product(c.doubles, dy)
    }
    expect(
      try products(type, at: x, along: v) { (softmax($0) * $0.builder.constant(c)).sum() },
      expected)
  }

  @Test("through a broadcast: Σᵢⱼ (xᵢ·yⱼ)³ with y = x", arguments: [1, 3])
  func broadcast(_ size: Int) throws {
    let type = TensorType(.f64, extents: [size])
    let (x, v) = (try Tensor.random(type, seed: 6), try Tensor.random(type, seed: 7))
    let found = try products(type, at: x, along: v) { x in
      pow(x.reshaped(to: [size, 1]) * x, 3).sum()
    }
    // (Σ x³)², so the Hessian is 12·x·Σx³ on the diagonal and 18·xᵢ²·xⱼ² everywhere.
    let cubes = x.doubles.reduce(0) { $0 + $1 * $1 * $1 }
    let inner = zip(x.doubles, v.doubles).reduce(0) { $0 + $1.0 * $1.0 * $1.1 }
    expect(found, zip(x.doubles, v.doubles).map { 12 * $0 * cubes * $1 + 18 * $0 * $0 * inner })
  }

  @Test(
    "of random graphs agree in both modes and with differences of the gradient",
    arguments: Array(1...30 as ClosedRange<UInt64>))
  func randomGraphs(seed: UInt64) throws {
    var graph = try RandomGraph.make(nodeCount: 14, seed: seed)
    let differentiable = try graph.differentiability(of: ["y"]).pairs
      .filter { $0.dependence == .differentiable }.map(\.source)
    guard let source = differentiable.first else { return }
    graph = try graph.differentiatedAsWritten("y", withRespectTo: [source])
    let builder = GraphBuilder(extending: graph)
    let x = builder.value(try graph.value(named: source))
    let gradient = builder.value(try graph.value(named: "gradient.\(source)"))
    let v = builder.input("v", .f64, x.shape)
    builder.output(
      "forward",
      jacobianVectorProduct(of: [gradient], withRespectTo: [x], tangents: [v])[0])
    builder.output("reverse", gradients(of: (gradient * v).sum(), withRespectTo: [x])[0])
    let both = try builder.build()
    let sources = try both.randomSources(seed: seed)
    let outputs = try GraphInterpreter.evaluate(Pipeline.standard(both), sources).outputs
    let (start, direction) = (try #require(sources[source]), try #require(sources["v"]))
    func slopes(at step: Double) throws -> [Double] {
      var moved = sources
      moved[source] = try start.adding(direction, times: step)
      return try #require(GraphInterpreter.evaluate(graph, moved).outputs["gradient.\(source)"])
        .doubles
    }
    let (above, below) = (try slopes(at: 1e-5), try slopes(at: -1e-5))
    let forward = try #require(outputs["forward"]).doubles
    let reverse = try #require(outputs["reverse"]).doubles
    // Values may be large, and so may be what a difference of them loses.
    let scale = forward.reduce(1) { Swift.max($0, $1.magnitude) }
    for index in forward.indices {
      #expect((forward[index] - reverse[index]).magnitude < 1e-11 * scale)
      let difference = (above[index] - below[index]) / 2e-5
      #expect((forward[index] - difference).magnitude < 1e-5 * scale, "\(source), seed \(seed)")
    }
  }
}
