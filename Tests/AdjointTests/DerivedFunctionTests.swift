import Adjoint
import AdjointGraph
import Foundation
import TestSupport
import Testing

/// A function has several derived ones, for the directions that are given and wanted; none stands for another.
@Suite struct DerivedFunctionTests {
  private let scalar = TensorType(.f64, [])

  /// The gradients of a scalar with respect to inputs that have the values given.
  private func slopes(
    at point: [Double], _ body: (GraphBuilder, [Value]) throws -> [Value]
  ) throws -> [Double] {
    let builder = GraphBuilder("slopes")
    let inputs = point.indices.map { builder.input("x\($0)", .f64, []) }
    let results = try body(builder, inputs)
    for (number, slope) in results.enumerated() { builder.output("slope\(number)", slope) }
    var values: [String: Tensor] = [:]
    for (number, x) in point.enumerated() { values["x\(number)"] = try Tensor([x], extents: []) }
    let outputs = try builder.build().compiled()(values)
    return try results.indices.map { try #require(outputs["slope\($0)"]).doubles[0] }
  }

  /// f's own derivative passes nothing to one operand, so that no adjoint reaches the call that made it.
  @Test(
    "a call that no adjoint reaches leaves the other calls of its function theirs",
    arguments: [0, 1])
  func unreachedCall(ignored: Int) throws {
    let g = try Function("g", [scalar]) { sin($0[0]) }
    let slope = try Function("slope", Array(repeating: scalar, count: 5)) {
      $0[3 + (1 - ignored)] * $0[ignored]
    }
    let f = try Function("f", [scalar, scalar]) { $0[0] * $0[1] }
      .withDerivatives(jacobianVectorProduct: slope)
    let found = try slopes(at: [0.5, 0.7]) { _, x in
      gradients(of: f(g(x[0]), g(x[1])), withRespectTo: x)
    }
    var expected = [0.0, 0.0]
    expected[1 - ignored] =
      ignored == 1
      ? Foundation.cos(0.5) * Foundation.sin(0.7) : Foundation.cos(0.7) * Foundation.sin(0.5)
    for (a, b) in zip(found, expected) { #expect(Swift.abs(a - b) < 1e-15, "\(found)") }
  }

  /// The lists [a, b.a] and [a.b, a] are the same text when they are joined with points.
  @Test("operands whose names contain points are told apart")
  func namesWithPoints() throws {
    let body = GraphBuilder("f")
    let x = ["a.b", "a", "b.a"].map { body.input($0, .f64, []) }
    body.output("y", x[0] * x[1] + 5 * x[1] * x[2])
    let f = try Function(body.build())
    let found = try slopes(at: [2, 3, 4]) { builder, x in
      gradients(of: builder.call(f, x)[0], withRespectTo: [x[1], x[2]])
        + gradients(of: builder.call(f, x)[0], withRespectTo: [x[0], x[1]])
    }
    #expect(found == [22, 15, 3, 22])
  }

  @Test("random graphs that had mistakes when one stood for another", arguments: [335, 1696, 1703])
  func randomGraphs(seed: Int) throws {
    let graph = try RandomGraph.makeWithFunctions(nodeCount: 10 + seed % 16, seed: UInt64(seed))
    let check = try #require(
      try ProductCheck(of: graph, comparing: [.gradient, .transpose], seed: UInt64(seed)))
    #expect(check.disagreements == [])
  }
}
