import AdjointAutodiff
import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses
import Foundation
import Testing

@Suite("The path that is differentiated while a graph is built")
struct DifferentiationPathTests {
  private let builder = GraphBuilder("path")

  /// The values of derivatives at a scalar x, as they were built and after the passes.
  private func values(_ derivatives: [Value], at x: Double) throws -> [[Double]] {
    for (number, derivative) in derivatives.enumerated() {
      builder.output("d\(number)", derivative)
    }
    let graph = try builder.build()
    try GraphVerifier.verify(graph)
    return try [graph, Pipeline.standard(graph)].map { graph in
      let outputs = try GraphInterpreter.evaluate(graph, ["x": Tensor(scalar: x, .f64)]).outputs
      return try derivatives.indices.map { try #require(outputs["d\($0)"]?.scalar) }
    }
  }

  private func expect(_ derivatives: [Value], at x: Double, _ wanted: [Double]) throws {
    for found in try values(derivatives, at: x) {
      for (value, number) in zip(found, wanted) {
        #expect(
          value == number || (value - number).magnitude <= 1e-14 * number.magnitude,
          "\(found), not \(wanted)")
      }
    }
  }

  @Test("a source is opaque: log(s) with respect to s = sigmoid(x)")
  func opaqueSource() throws {
    let x = builder.input("x", .f64, [])
    let s = sigmoid(x)
    let y = log(s)
    let both = gradients(of: y, withRespectTo: [s, x])
    let forward = jacobianVectorProduct(
      of: [y], withRespectTo: [s], tangents: [builder.constant(2, .f64)])
    let share = 1 / (1 + Foundation.exp(-3.0))
    try expect(both + forward, at: 3, [1 / share, 1 - share, 2 / share])
  }

  @Test("a constant is unknown where it is the source")
  func constantSource() throws {
    let x = builder.input("x", .f64, [])
    let one = builder.constant(1, .f64)
    let slope = gradients(of: log(one + exp(x)), withRespectTo: [one])
    try expect(slope, at: 2, [1 / (1 + Foundation.exp(2.0))])
  }

  @Test("a node equal to a source is not taken for it")
  func equalToASource() throws {
    let x = builder.input("x", .f64, [])
    let s = sigmoid(x)
    let y = log(s) * sigmoid(x) + log(1 - sigmoid(x))
    // σ(x) / s: of the three only the first is s.
    try expect(gradients(of: y, withRespectTo: [s]), at: 3, [1])
  }

  @Test("a stopped derivative is opaque")
  func stopped() throws {
    let x = builder.input("x", .f64, [])
    let held = stopGradient(exp(x))
    let slopes = [
      gradients(of: log(held), withRespectTo: [x])[0],
      gradients(of: x * log(held), withRespectTo: [x])[0],
      gradients(of: log(1 + held) + x, withRespectTo: [x])[0],
      gradients(of: exp(x) / (1 + held), withRespectTo: [x])[0],
    ]
    let e = Foundation.exp(2.0)
    try expect(slopes, at: 2, [0, 2, 1, e / (1 + e)])
  }

  @Test("what leads from one source to another has its stable form too")
  func sourcesBehindSources() throws {
    let x = builder.input("x", .f64, [])
    let s = log(1 + exp(x))
    let slopes = gradients(of: s * x, withRespectTo: [x, s])
    // x·softplus(x), directly and through s.
    try expect(slopes, at: 1000, [2000, 1000])
  }

  @Test("a source whose stable form is another source is still one of its own")
  func aliasedSource() throws {
    let x = builder.input("x", .f64, [])
    let s = log(exp(x))
    let slopes = gradients(of: s * s * x, withRespectTo: [x, s])
    try expect(slopes, at: 1000, [3e6, 2e6])
  }

  @Test("a path that the stable forms remove gives zeros, and so does one that never was")
  func noPath() throws {
    let x = builder.input("x", .f64, [])
    let z = builder.constant(3, .f64)
    // Neither depends on z, and log(exp(x)) − x does not depend on x for long.
    let slopes = gradients(of: log(exp(x)) - x, withRespectTo: [x, z])
    try expect(slopes, at: 1000, [0, 0])
  }

  @Test("where no formula has a stable form, the nodes are differentiated as they stand")
  func nothingToRebuild() throws {
    let x = builder.input("x", .f64, [4])
    // Equal nodes, a product, a difference: their operators have stable forms that do not apply here.
    let y = (relu(x) * 2 + relu(x) - x).sum()
    builder.output("y", y)
    let graph = try builder.build()
    let slope = gradients(of: y, withRespectTo: [x])
    builder.output("gradient.x", slope[0])
    let asWritten = try graph.differentiatedAsWritten("y", withRespectTo: ["x"])
    let built = try builder.build()
    #expect(built.nodes.map(\.mnemonic) == asWritten.nodes.map(\.mnemonic))
    #expect(built.nodes.map(\.operands) == asWritten.nodes.map(\.operands))
  }

  @Test("equal nodes are seen as one by a pattern")
  func writtenTwice() throws {
    let x = builder.input("x", .f64, [])
    let y = exp(2 * x) / (1 + exp(2 * x))
    let s = 1 / (1 + Foundation.exp(-1600.0))
    try expect(gradients(of: y, withRespectTo: [x]), at: 800, [2 * s * (1 - s)])
  }

  @Test("the nodes as they were written stay with their names, and are merged when simplified")
  func namesStay() throws {
    let x = builder.input("x", .f64, [])
    let e = exp(x).named("e")
    let y = log(1 + e).named("y")
    let before = builder.nodes.count
    let slope = gradients(of: y * y, withRespectTo: [x])[0]
    #expect(builder.nodes[..<before].compactMap(\.name) == ["x", "e", "y"])
    builder.output("square", y * y)
    builder.output("gradient", slope)
    let simplified = try Pipeline.standard(builder.build())
    #expect(simplified.nodes.compactMap(\.name) == ["x", "y"])
    #expect(simplified.nodes.count { $0.mnemonic == "softplus" } == 1)
    #expect(simplified.nodes.allSatisfy { $0.mnemonic != "log" && $0.mnemonic != "exp" })
  }
}
