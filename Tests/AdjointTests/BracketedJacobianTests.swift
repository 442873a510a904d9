import Adjoint
import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses
import Foundation
import TestSupport
import Testing

/// Jacobians through the values that every path passes.
@Suite struct BracketedJacobianTests {
  /// From n numbers over 1, n and 1 to n: sums, and products with fixed lists.
  private func narrow(_ n: Int, _ order: JacobianOrder) throws -> Graph {
    let builder = GraphBuilder("narrow")
    let x = builder.input("x", .f64, [n])
    let weights = try builder.constant(
      Tensor(.f64((0..<n).map { Double($0 % 7) - 2.5 }), extents: [n]))
    let first = tanh((x * weights).sum() * 0.1)
    let second = (sin(first * weights) * weights).sum()
    builder.output("j", jacobian(of: exp(second * 0.01 * weights), withRespectTo: x, by: order))
    return try builder.build()
  }

  @Test func theNumbersAreThoseOfRowsAndColumns() throws {
    let x = try Tensor(.f64((0..<9).map { Double($0) * 0.1 - 0.3 }), extents: [9])
    var results: [[Double]] = []
    for order in JacobianOrder.allCases {
      let graph = try narrow(9, order)
      #expect(graph.outputs[0].type.shape == [9, 9])
      results.append(try #require(GraphInterpreter.evaluate(graph, ["x": x]).outputs["j"]).doubles)
    }
    for other in results.dropFirst() {
      for (a, b) in zip(results[0], other) {
        #expect((a - b).magnitude <= 1e-13 * (1 + a.magnitude))
      }
    }
  }

  /// By rows or columns all thousand directions go through the middle; in brackets one does.
  @Test func theMiddlePairIsMultipliedFirst() throws {
    let n = 1000
    let bracketed = try Pipeline.compilation(narrow(n, .bracketed)).cost().multiplyAdds
    let rows = try Pipeline.compilation(narrow(n, .rows)).cost().multiplyAdds
    #expect(bracketed < 2 * n * n + 100 * n, "\(bracketed)")
    #expect(rows > 3 * n * n, "\(rows)")
  }

  /// Values that some path does not pass are no cuts: a skip connection goes around what it skips.
  @Test func pathsAroundAreSeen() throws {
    let builder = GraphBuilder("skip")
    let x = builder.input("x", .f64, [4])
    let y = x * x.sum() + exp(x)
    builder.output("rows", jacobian(of: y, withRespectTo: x, by: .rows))
    builder.output("brackets", jacobian(of: y, withRespectTo: x, by: .bracketed))
    let outputs = try GraphInterpreter.evaluate(
      builder.build(), ["x": Tensor(.f64([0.5, -1, 2, 0.25]), extents: [4])]
    ).outputs
    #expect(outputs["rows"]?.doubles == outputs["brackets"]?.doubles)
  }

  @Test func whatDoesNotDependGetsZeros() throws {
    let builder = GraphBuilder("none")
    let x = builder.input("x", .f64, [2])
    let z = builder.input("z", .f64, [3])
    builder.output("j", jacobian(of: sin(z), withRespectTo: x, by: .bracketed))
    let outputs = try GraphInterpreter.evaluate(
      builder.build(), ["z": Tensor(.f64([0, 1, 2]), extents: [3])]
    ).outputs
    #expect(outputs["j"]?.doubles == [Double](repeating: 0, count: 6))
  }
}
