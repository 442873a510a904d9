import Adjoint
import AdjointOperators
import Foundation
import Testing

/// An element-wise function at points where its derivative is a matter of convention, which the
/// documentation of each states.
private struct ConventionCase: Sendable {
  let name: String
  /// One list for each operand.
  let operands: [[Double]]
  /// The partials, one list for each operand.
  let partials: [[Double]]
  let function: @Sendable ([Value]) throws -> Value

  init(
    _ name: String, _ points: [(Double, Double)],
    _ function: @escaping @Sendable (Value) throws -> Value
  ) {
    self.name = name
    operands = [points.map(\.0)]
    partials = [points.map(\.1)]
    self.function = { try function($0[0]) }
  }

  init(
    _ name: String, _ points: [(x: Double, y: Double, alongX: Double, alongY: Double)],
    _ function: @escaping @Sendable (Value, Value) throws -> Value
  ) {
    self.name = name
    operands = [points.map(\.x), points.map(\.y)]
    partials = [points.map(\.alongX), points.map(\.alongY)]
    self.function = { try function($0[0], $0[1]) }
  }

  static let all: [ConventionCase] = [
    ConventionCase("abs", [(0, 0), (-0.0, 0), (.infinity, 1), (-.infinity, -1), (.nan, .nan)]) {
      abs($0)
    },
    ConventionCase("sign", [(0, 0), (-3, 0), (.infinity, 0), (.nan, 0)]) { sign($0) },
    ConventionCase("floor", [(0, 0), (2, 0), (-.infinity, 0), (.nan, 0)]) { floor($0) },
    ConventionCase("ceil", [(0, 0), (2, 0), (.infinity, 0), (.nan, 0)]) { ceil($0) },
    ConventionCase("round", [(0.5, 0), (2, 0), (.infinity, 0), (.nan, 0)]) { round($0) },
    ConventionCase(
      "relu", [(-1, 0), (0, 0), (-0.0, 0), (2, 1), (.infinity, 1), (-.infinity, 0), (.nan, 1)]
    ) { relu($0) },
    ConventionCase(
      "leakyRelu", [(-1, 0.25), (0, 0.25), (2, 1), (.infinity, 1), (-.infinity, 0.25), (.nan, 1)]
    ) { leakyRelu($0, slope: 0.25) },
    ConventionCase(
      "sqrt", [(0, .infinity), (-0.0, -.infinity), (.infinity, 0), (-1, .nan), (.nan, .nan)]
    ) { sqrt($0) },
    ConventionCase(
      "rsqrt", [(0, -.infinity), (-0.0, .infinity), (.infinity, 0), (-1, .nan)]
    ) { rsqrt($0) },
    ConventionCase("log", [(0, .infinity), (-0.0, -.infinity), (.infinity, 0), (-2, -0.5)]) {
      log($0)
    },
    ConventionCase("log1p", [(-1, .infinity), (.infinity, 0), (-3, -0.5)]) { log1p($0) },
    ConventionCase(
      "reciprocal", [(0, -.infinity), (-0.0, -.infinity), (.infinity, 0), (-.infinity, 0)]
    ) { reciprocal($0) },
    ConventionCase("exp", [(.infinity, .infinity), (-.infinity, 0)]) { exp($0) },
    ConventionCase("expm1", [(.infinity, .infinity), (-.infinity, 0)]) { expm1($0) },
    ConventionCase("tanh", [(.infinity, 0), (-.infinity, 0), (.nan, .nan)]) { tanh($0) },
    ConventionCase("sigmoid", [(.infinity, 0), (-.infinity, 0), (.nan, .nan)]) {
      sigmoid($0)
    },
    ConventionCase("softplus", [(.infinity, 1), (-.infinity, 0), (.nan, .nan)]) {
      softplus($0)
    },
    ConventionCase("erf", [(.infinity, 0), (-.infinity, 0), (.nan, .nan)]) { erf($0) },
    ConventionCase("sin", [(.infinity, .nan), (0, 1)]) { sin($0) },
    ConventionCase("cos", [(.infinity, .nan), (0, 0)]) { cos($0) },
    ConventionCase("tan", [(.infinity, .nan), (0, 1)]) { tan($0) },
    ConventionCase("root of a maximum", [(-4, 0), (-.infinity, 0), (0, .infinity), (4, 0.25)]) {
      sqrt(max($0, 0))
    },
    ConventionCase("root of a minimum", [(9, 0), (1, 0.25), (0, .infinity), (-1, .nan)]) {
      sqrt(min($0, 1))
    },
    ConventionCase(
      "maximum",
      [
        (1, 2, 0, 1), (2, 2, 0.5, 0.5), (3, 2, 1, 0), (.nan, 0, 0, 0), (1, .nan, 0, 0),
        (.infinity, .infinity, 0.5, 0.5), (0, -0.0, 0.5, 0.5),
      ]
    ) { max($0, $1) },
    ConventionCase(
      "minimum",
      [
        (1, 2, 1, 0), (2, 2, 0.5, 0.5), (3, 2, 0, 1), (.nan, 0, 0, 0), (1, .nan, 0, 0),
        (-.infinity, -.infinity, 0.5, 0.5), (-0.0, 0, 0.5, 0.5),
      ]
    ) { min($0, $1) },
    ConventionCase(
      "divide",
      [
        (1, 0, .infinity, -.infinity), (1, -0.0, -.infinity, -.infinity),
        (-1, 0, .infinity, .infinity), (0, 0, .infinity, .nan), (1, .infinity, 0, 0),
        (.infinity, 2, 0.5, -.infinity), (.infinity, .infinity, 0, .nan),
      ]
    ) { $0 / $1 },
    ConventionCase(
      "power",
      [
        (0, -1, -.infinity, 0), (-2, 0.5, .nan, 0), (-.infinity, 2, -.infinity, 0), (0, 2, 0, 0),
        (0, 0, 0, 0), (2, 0, 0, Foundation.log(2)), (.infinity, 0, 0, .infinity),
        (-.infinity, 0, 0, 0), (.infinity, 2, .infinity, .infinity), (.infinity, -1, 0, 0),
        (-.infinity, 3, .infinity, 0), (0, 1, 1, 0), (0, 0.5, .infinity, 0), (-2, 3, 12, 0),
        (-0.0, 2, 0, 0), (.nan, 2, .nan, .nan), (2, .nan, .nan, .nan), (1, .infinity, .infinity, 0),
        (2, -.infinity, .nan, 0),
      ]
    ) { pow($0, $1) },
    ConventionCase("power with constant exponent", [(0, .infinity), (.infinity, 0), (-1, .nan)]) {
      pow($0, 0.5)
    },
    ConventionCase("square", [(0, 0), (.infinity, .infinity), (-.infinity, -.infinity)]) {
      pow($0, 2)
    },
    ConventionCase("power of constant base 0", [(2, 0), (0, 0), (-1, 0)]) { pow(0, $0) },
    ConventionCase("power of constant base −2", [(2, 0), (0, 0), (3, 0)]) { pow(-2, $0) },
  ]
}

/// Each documented convention of a derivative, in both modes.
@Suite("Conventions at boundaries")
struct BoundaryConventionTests {
  private func graph(_ scalarType: ScalarType) throws -> (Graph, [String: Tensor]) {
    let builder = GraphBuilder("conventions")
    var sources: [String: Tensor] = [:]
    for (number, element) in ConventionCase.all.enumerated() {
      let count = element.operands[0].count
      var inputs: [Value] = []
      for (operand, points) in element.operands.enumerated() {
        let name = "x\(number).\(operand)"
        inputs.append(builder.input(name, scalarType, Shape(extents: [count])))
        sources[name] = try Tensor(Tensor.Storage(points, as: scalarType), extents: [count])
      }
      let y = try element.function(inputs)
      let ones = builder.full(1, y.type)
      for (operand, input) in inputs.enumerated() {
        builder.output(
          "r\(number).\(operand)",
          vectorJacobianProduct(of: [y], cotangents: [ones], withRespectTo: [input])[0])
        builder.output(
          "f\(number).\(operand)",
          jacobianVectorProduct(of: [y], withRespectTo: [input], tangents: [ones])[0])
      }
    }
    return (try builder.build(), sources)
  }

  private func check(_ comment: Comment, _ output: (String) throws -> Tensor) throws {
    for (number, element) in ConventionCase.all.enumerated() {
      for (operand, partials) in element.partials.enumerated() {
        for mode in ["r", "f"] {
          let found = try output("\(mode)\(number).\(operand)").doubles
          for (index, (value, expected)) in zip(found, partials).enumerated() {
            let point = element.operands.map { $0[index] }
            #expect(
              value == expected || value.isNaN && expected.isNaN
                || (value - expected).magnitude < 1e-6 * expected.magnitude,
              "\(element.name), \(mode)\(operand) at \(point): \(value), not \(expected); \(comment)"
            )
          }
        }
      }
    }
  }

  @Test("are kept as written and after the passes", arguments: [ScalarType.f32, .f64])
  func interpreted(_ scalarType: ScalarType) throws {
    let (graph, sources) = try graph(scalarType)
    for (graph, name) in [(graph, "as written"), (try Pipeline.standard(graph), "simplified")] {
      let outputs = try GraphInterpreter.evaluate(graph, sources).outputs
      try check("\(name)") { try #require(outputs[$0]) }
    }
  }

  @Test("are kept on both back ends", arguments: [ScalarType.f32, .f64], Backend.allCases)
  func compiled(_ scalarType: ScalarType, _ backend: Backend) throws {
    let (graph, sources) = try graph(scalarType)
    let context = try graph.compiled(CompilationOptions(threads: 1, backend: backend)).makeContext()
    for (name, tensor) in sources { try context.set(name, to: tensor) }
    try context.run()
    try check("\(backend)") { try context.output($0) }
  }

  @Test("a mixed second derivative of a power at exponent 0 is 1/x")
  func mixedPower() throws {
    let builder = GraphBuilder("mixed")
    let x = builder.input("x", .f64, [3])
    let y = builder.input("y", .f64, [3])
    let along = gradients(of: pow(x, y).sum(), withRespectTo: [x, y])
    builder.output("xy", gradients(of: along[0].sum(), withRespectTo: [y])[0])
    builder.output("yx", gradients(of: along[1].sum(), withRespectTo: [x])[0])
    let outputs = try GraphInterpreter.evaluate(
      builder.build(), ["x": Tensor([0.5, 4.0, 0]), "y": Tensor([0.0, 0, 0])]
    ).outputs
    #expect(outputs["xy"]?.doubles == [2, 0.25, 0])
    #expect(outputs["yx"]?.doubles == [2, 0.25, 0])
  }

  @Test("a power has its mixed second derivatives along an exponent that is a constant too")
  func mixedPowerOfConstant() throws {
    for exponent in [-1, 0, 0.5, 1, 2, 3, 2.5] {
      let builder = GraphBuilder("mixed")
      let x = builder.input("x", .f64, [2])
      let y = builder.full(exponent, x.type)
      let along = gradients(of: pow(x, y).sum(), withRespectTo: [x, y])
      builder.output("xx", gradients(of: along[0].sum(), withRespectTo: [x])[0])
      builder.output("xy", gradients(of: along[0].sum(), withRespectTo: [y])[0])
      builder.output("yx", gradients(of: along[1].sum(), withRespectTo: [x])[0])
      let graph = try builder.build()
      let points = [0.5, 4]
      for graph in [graph, try Pipeline.standard(graph)] {
        let outputs = try GraphInterpreter.evaluate(graph, ["x": Tensor(points)]).outputs
        for (place, x) in points.enumerated() {
          let power = Foundation.pow(x, exponent - 1)
          let mixed = power * (1 + exponent * Foundation.log(x))
          let twice = exponent * (exponent - 1) * Foundation.pow(x, exponent - 2)
          for (name, expected) in [("xx", twice), ("xy", mixed), ("yx", mixed)] {
            let found = try #require(outputs[name]).doubles[place]
            #expect((found - expected).magnitude <= 1e-14 * power.magnitude, "\(name), \(exponent)")
          }
        }
      }
    }
  }

  @Test("a reduction to one of its elements passes nothing to the others, and a NaN to all")
  func reductions() throws {
    let builder = GraphBuilder("reductions")
    let x = builder.input("x", .f64, [4, 3])
    let t = builder.input("t", .f64, [4, 3])
    let c = builder.input("c", .f64, [4])
    let extremes = [
      ("max", x.max(squeezingAxes: [1])), ("min", (-x).min(squeezingAxes: [1])),
    ]
    for (name, y) in extremes {
      builder.output(
        "\(name).r", vectorJacobianProduct(of: [y], cotangents: [c], withRespectTo: [x])[0])
      builder.output(
        "\(name).f", jacobianVectorProduct(of: [y], withRespectTo: [x], tangents: [t])[0])
    }
    let graph = try builder.build()
    let (inf, nan) = (Double.infinity, Double.nan)
    let sources = try [
      "x": Tensor([1, 3, 3, nan, 1, 2, -inf, -inf, 1, inf, 1, inf], extents: [4, 3]),
      "t": Tensor([nan, 2, 4, 1, 2, 3, inf, nan, 5, 1, inf, 1], extents: [4, 3]),
      "c": Tensor([inf, 2, 2, 2]),
    ]
    for graph in [graph, try Pipeline.standard(graph)] {
      let outputs = try GraphInterpreter.evaluate(graph, sources).outputs
      for (name, sign) in [("max", 1.0), ("min", -1)] {
        let reverse = try #require(outputs["\(name).r"]).doubles.map { $0 * sign }
        let forward = try #require(outputs["\(name).f"]).doubles.map { $0 * sign }
        #expect(reverse[3..<6].allSatisfy(\.isNaN) && forward[1].isNaN)
        #expect(reverse[..<3] == [0, inf, inf] && reverse[6...] == [0, 0, 2, 1, 0, 1])
        #expect(forward[0] == 3 && forward[2...] == [5, 1])
      }
    }
  }

  @Test("an index outside of a table gives NaN, and its cotangent goes nowhere")
  func indices() throws {
    let builder = GraphBuilder("indices")
    let x = builder.input("x", .f64, [2])
    let places = try builder.constant(Tensor([1, 2, -1] as [Int32]))
    let ones = builder.full(1, x.type)
    let y = x.gathered(at: places)
    let c = try builder.constant(Tensor([3.0, 5, 7]))
    builder.output("r", vectorJacobianProduct(of: [y], cotangents: [c], withRespectTo: [x])[0])
    builder.output(
      "f", jacobianVectorProduct(of: [y], withRespectTo: [x], tangents: [ones])[0])
    let z = x.scatterAdding(c, at: places)
    builder.output(
      "s", vectorJacobianProduct(of: [z], cotangents: [x], withRespectTo: [c])[0])
    let outputs = try GraphInterpreter.evaluate(builder.build(), ["x": Tensor([10.0, 20])]).outputs
    #expect(outputs["r"]?.doubles == [0, 3])
    let tangent = try #require(outputs["f"]).doubles
    #expect(tangent[0] == 1 && tangent[1].isNaN && tangent[2].isNaN)
    #expect(outputs["s"]?.doubles == [20, 0, 0])
  }
}
