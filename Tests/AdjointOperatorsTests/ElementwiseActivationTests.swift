import AdjointCore
import AdjointGraph
import AdjointOperators
import Foundation
import Testing

@Suite("Activations")
struct ElementwiseActivationTests {
  private let points: [Double] = [-30, -3, -1, -0.0, 0, 0.5, 1, 4, 30]

  private func values(_ build: (Value) throws -> Value) throws -> [Double] {
    try ElementwiseTesting.evaluate([Tensor(points)]) { try build($0[0]) }.doubles
  }

  @Test("relu, of whole numbers and NaN too")
  func rectifier() throws {
    #expect(try values { relu($0) } == [0, 0, 0, 0, 0, 0.5, 1, 4, 30])
    let special: [Double] = [.nan, .infinity, -.infinity]
    let unusual = try ElementwiseTesting.evaluate([Tensor(special)]) { relu($0[0]) }.doubles
    #expect(unusual[0].isNaN)
    #expect(unusual[1...] == [.infinity, 0])
    let whole = try ElementwiseTesting.evaluate([Tensor([-2, 3] as [Int32])]) { relu($0[0]) }
    #expect(whole == (try Tensor([0, 3] as [Int32])))
  }

  @Test("leaky relu")
  func leakyRectifier() throws {
    #expect(
      try values { leakyRelu($0, slope: 0.25) } == [-7.5, -0.75, -0.25, 0, 0, 0.5, 1, 4, 30])
    #expect(try values { leakyRelu($0) }[1] == -0.03)
  }

  @Test("silu")
  func swish() throws {
    for (x, y) in zip(points, try values { silu($0) }) {
      #expect(agree(y, x / (1 + Foundation.exp(-x)), within: 1e-14))
    }
  }

  @Test("gelu, exact and by tanh")
  func gaussian() throws {
    for (x, y) in zip(points, try values { gelu($0) }) {
      let expected = 0.5 * x * (1 + Foundation.erf(x / 2.0.squareRoot()))
      #expect((y - expected).magnitude <= 1e-14 * max(1, x.magnitude))
    }
    for (x, y) in zip(points, try values { gelu($0, approximation: .tanh) }) {
      let inner = (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)
      let expected = 0.5 * x * (1 + Foundation.tanh(inner))
      #expect((y - expected).magnitude <= 1e-14 * max(1, x.magnitude))
      let exact = 0.5 * x * (1 + Foundation.erf(x / 2.0.squareRoot()))
      #expect((y - exact).magnitude <= 5e-4)
    }
  }

  @Test("every node carries the place of the call")
  func places() throws {
    let builder = GraphBuilder("test")
    let x = builder.input("x", .f32, [2])
    let line = #line + 1
    builder.output("y", gelu(relu(silu(leakyRelu(x))), approximation: .tanh))
    for node in builder.nodes.dropFirst() {
      #expect(node.location?.file.hasSuffix("ElementwiseActivationTests.swift") == true)
      #expect(node.location?.line == line)
    }
    #expect(builder.currentLocation == nil)
  }
}
