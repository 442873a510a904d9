import Adjoint
import AdjointOperators
import Foundation
import Testing

/// Functions that saturate, of polynomials whose derivatives overflow where they do.
@Suite("Derivatives of what saturates")
struct SaturationTests {
  struct Case: Sendable {
    let name: String
    let function: @Sendable (Value) throws -> Value
    /// The derivative far below 0 and far above it.
    let ends: (Double, Double)

    init(
      _ name: String, _ ends: (Double, Double),
      _ function: @escaping @Sendable (Value) throws -> Value
    ) {
      self.name = name
      self.ends = ends
      self.function = function
    }

    static let all: [Case] = [
      Case("gelu", (0, 1)) { gelu($0) },
      Case("gelu's tanh form", (0, 1)) { gelu($0, approximation: .tanh) },
      Case("the same written out", (0, 1)) { x in
        let bell = tanh(0.797_884_6 * (x + 0.044715 * pow(x, 3)))
        return 0.5 * x * (1 + bell)
      },
      Case("the same with x outside", (0, 1)) { x in
        x * 0.5 * (tanh(x * 0.797_884_6 * (x * x * 0.044715 + 1)) + 1)
      },
      Case("of a sum", (0, 1)) { gelu($0 + 1, approximation: .tanh) },
      Case("σ of a cube", (0, 1)) { $0 * sigmoid($0 * $0 * $0 / 3 - 2) },
      Case("silu", (0, 1)) { silu($0) },
      Case("erf of a fifth power", (0, 0)) { erf(-pow($0, 5)) },
      Case("exp(−x⁴)", (0, 0)) { exp(-($0 * $0) * ($0 * $0)) },
      Case("softplus(−x⁴)", (0, 0)) { softplus(1 - $0 * $0 * $0 * $0) },
      Case("tanh of an even power", (0, 0)) { tanh(pow($0, 4) - 3 * $0) },
    ]
  }

  private static func points(_ scalarType: ScalarType) -> [Double] {
    let far = scalarType == .f32 ? [1.9e19, 3e38, 1e13, 1e10] : [1.4e154, 1e300, 1e103, 1e80]
    return far.map { -$0 } + far
  }

  @Test("are what they tend to, where a partial overflows", arguments: [ScalarType.f32, .f64])
  func ends(_ scalarType: ScalarType) throws {
    for element in Case.all {
      let points = Self.points(scalarType)
      let builder = GraphBuilder("saturation")
      let x = builder.input("x", scalarType, Shape(extents: [points.count]))
      try builder.output("y", element.function(x))
      let graph = try Pipeline.standard(builder.build())
      let reverse = try graph.differentiated("y", withRespectTo: ["x"])
      let forward = try graph.differentiated("y", withRespectTo: ["x"], mode: .forward)
      let tensor = try Tensor(Tensor.Storage(points, as: scalarType), extents: [points.count])
      let ones = try Tensor(
        Tensor.Storage(points.map { _ in 1 }, as: scalarType), extents: [points.count])
      let sources = ["x": tensor, "tangent.x": ones, "cotangent.y": ones]
      for (graph, name) in [(reverse, "gradient.x"), (forward, "tangent.y")] {
        let found = try #require(GraphInterpreter.evaluate(graph, sources).outputs[name]).doubles
        for (x, slope) in zip(points, found) {
          let expected = x < 0 ? element.ends.0 : element.ends.1
          #expect(
            (slope - expected).magnitude <= 1e-6, "\(element.name), \(name) at \(x): \(slope)")
        }
      }
    }
  }

  @Test("values stay the same to the bit", arguments: [ScalarType.f32, .f64])
  func values(_ scalarType: ScalarType) throws {
    let points =
      (-200...200).map { Double($0) * 0.37 } + [-1e4, 1e4, .infinity, -.infinity, .nan]
      + Self.points(scalarType)
    for element in Case.all {
      let builder = GraphBuilder("saturation")
      let x = builder.input("x", scalarType, Shape(extents: [points.count]))
      try builder.output("y", element.function(x))
      let graph = try builder.build()
      let tensor = try Tensor(Tensor.Storage(points, as: scalarType), extents: [points.count])
      let written = try GraphInterpreter.evaluate(graph, ["x": tensor]).outputs["y"]
      let stable = try GraphInterpreter.evaluate(Pipeline([.stableForms])(graph), ["x": tensor])
        .outputs["y"]
      for (x, pair) in zip(points, zip(try #require(written).doubles, try #require(stable).doubles))
      {
        // Where infinities cancel in the polynomial, only the stable form has a value.
        #expect(pair.0 == pair.1 || pair.0.isNaN, "\(element.name) at \(x)")
      }
    }
  }

  @Test("what is no polynomial of degree 3 stays")
  func others() throws {
    let builder = GraphBuilder("others")
    let x = builder.input("x", .f32, [2])
    let y = builder.input("y", .f32, [2])
    var h = x
    for _ in 0..<200 { h = h * y + h }
    for (index, argument) in [
      x * x, x * x + x, x * y * x, x, pow(x, y), pow(x, 2.5), x * x * x * sin(x), h, h * h * h,
    ].enumerated() {
      builder.output("y\(index)", tanh(argument) + sigmoid(argument))
    }
    let count = try Pipeline.standard(builder.build()).nodes.count { $0.mnemonic == "select" }
    // The last one is a cube of a value.
    #expect(count == 2)
  }
}
