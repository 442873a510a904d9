import Adjoint
import AdjointCore
import AdjointGraph
import AdjointPasses
import Foundation
import TestSupport
import Testing

/// Derivatives by a complex step, beside known formulas and the derivatives of graphs.
@Suite("Derivatives by a complex step") struct ComplexStepTests {
  private struct Formula: Sendable, CustomTestStringConvertible {
    let name: String
    let build: @Sendable (Value) -> Value
    let derivative: @Sendable (Double) -> Double
    let points: [Double]

    var testDescription: String { name }
  }

  private static let formulas: [Formula] = [
    Formula(
      name: "sin", build: { sin($0) }, derivative: { Foundation.cos($0) },
      points: [-2.3, 0, 1.7, 40]),
    Formula(
      name: "cos", build: { cos($0) }, derivative: { -Foundation.sin($0) },
      points: [-2.3, 0, 1.7, 40]),
    Formula(
      name: "tan", build: { tan($0) }, derivative: { 1 / pow(Foundation.cos($0), 2) },
      points: [-1.5, 0, 0.3, 4]),
    Formula(
      name: "exp", build: { exp($0) }, derivative: { Foundation.exp($0) },
      points: [-700, -1, 0, 12, 700]),
    Formula(
      name: "expm1", build: { expm1($0) }, derivative: { Foundation.exp($0) },
      points: [-700, 1e-20, 12]),
    Formula(
      name: "log", build: { log($0) }, derivative: { 1 / $0 }, points: [1e-30, 0.01, 1, 1e300]),
    Formula(
      name: "log1p", build: { log1p($0) }, derivative: { 1 / (1 + $0) }, points: [-0.5, 1e-20, 9]),
    Formula(
      name: "sqrt", build: { sqrt($0) }, derivative: { 0.5 / $0.squareRoot() },
      points: [1e-30, 0.3, 1e30]),
    Formula(
      name: "rsqrt", build: { rsqrt($0) }, derivative: { -0.5 / ($0 * $0.squareRoot()) },
      points: [1e-30, 0.3, 1e30]),
    Formula(
      name: "1/x", build: { reciprocal($0) }, derivative: { -1 / $0 / $0 },
      points: [-1e200, -0.2, 1e-30, 7]),
    Formula(
      name: "tanh", build: { tanh($0) }, derivative: { 1 / pow(Foundation.cosh($0), 2) },
      points: [-100, -3, 0, 0.4, 20, 800]),
    Formula(
      name: "sigmoid", build: { sigmoid($0) },
      derivative: { 0.25 / pow(Foundation.cosh($0 / 2), 2) },
      points: [-200, -3, 0, 0.4, 40, 2000]),
    Formula(
      name: "softplus", build: { softplus($0) }, derivative: { 1 / (1 + Foundation.exp(-$0)) },
      points: [-700, -3, 0, 0.4, 40, 2000]),
    Formula(name: "|x|", build: { abs($0) }, derivative: { $0 < 0 ? -1 : 1 }, points: [-3, 2]),
    Formula(
      name: "max(x, 1)", build: { max($0, 1) }, derivative: { $0 < 1 ? 0 : 1 }, points: [-3, 2]),
    Formula(
      name: "floor", build: { floor($0) * $0 }, derivative: { $0.rounded(.down) },
      points: [-2.5, 7.1]),
    Formula(
      name: "x³", build: { pow($0, 3) }, derivative: { 3 * $0 * $0 }, points: [-1.5, 0, 1e90]),
    Formula(
      name: "2ˣ", build: { pow($0.builder.constant(2, .f64), $0) },
      derivative: { Foundation.log(2) * pow(2, $0) }, points: [-9, 0, 3.5]),
    Formula(
      name: "xˣ", build: { pow($0, $0) }, derivative: { pow($0, $0) * (Foundation.log($0) + 1) },
      points: [0.1, 2.5, 30]),
    Formula(
      name: "x / (1 + x²)", build: { $0 / (1 + $0 * $0) },
      derivative: { (1 - $0 * $0) / pow(1 + $0 * $0, 2) }, points: [-4, 0, 0.5, 1e8]),
  ]

  @Test(
    "has all digits, where differences lose half of them, at extreme arguments too",
    arguments: formulas)
  private func known(_ formula: Formula) throws {
    let builder = GraphBuilder("f")
    builder.output("y", formula.build(builder.input("x", .f64, [])))
    let graph = try builder.build()
    for x in formula.points {
      let found = try #require(
        try graph.complexStepGradient(
          of: "y", withRespectTo: ["x"], at: ["x": Tensor(scalar: x, .f64)])["x"])
      let (derivative, error) = (found.derivative.doubles[0], found.error.doubles[0])
      let wanted = formula.derivative(x)
      #expect(
        Swift.abs(derivative - wanted) <= 4e-14 * Swift.abs(wanted) + 1e-300,
        "at \(x): \(derivative), not \(wanted)")
      #expect(error <= 4e-15 * Swift.abs(derivative))
      #expect(found.step.doubles == [0x1p-333] && found.evaluationCount == 1)
    }
  }

  @Test(
    "agrees with forward mode on random graphs, with functions and without",
    arguments: 0..<80 as Range<UInt64>)
  func randomGraphs(seed: UInt64) throws {
    let graph =
      try seed.isMultiple(of: 2)
      ? RandomGraph.make(nodeCount: 12 + Int(seed % 20), seed: seed)
      : RandomGraph.makeWithFunctions(nodeCount: 12 + Int(seed % 10), seed: seed)
    let values = try graph.randomSources(seed: seed)
    let sources = (graph.inputs + graph.parameters).map(\.name)
    let directions = try Dictionary(
      uniqueKeysWithValues: sources.enumerated().map { number, name in
        (
          name,
          try Tensor.random(
            try #require(values[name]).type, seed: seed &+ 99 &+ UInt64(number), from: -1, to: 1)
        )
      })
    let active = try graph.differentiability(of: ["y"], withRespectTo: sources).pairs
      .filter { $0.dependence == .differentiable }.map(\.source)
    guard !active.isEmpty else { return }
    let found: NumericalDerivative
    do throws(Diagnostic) {
      found = try graph.complexStepTangent(
        of: "y", along: directions.filter { active.contains($0.key) }, at: values)
    } catch {
      // Only what has no complex form is refused.
      #expect(error.code == .notDifferentiable && "\(error)".contains("complex form"))
      return
    }
    let forward = try graph.differentiated("y", withRespectTo: active, mode: .forward)
    var point = values
    for name in active { point["tangent.\(name)"] = directions[name] }
    let wanted = try #require(
      try GraphInterpreter.evaluate(Pass.compositeExpansion(forward), point).outputs["tangent.y"])
    for (a, b) in zip(found.derivative.doubles, wanted.doubles) {
      #expect(Swift.abs(a - b) <= 1e-10 * Swift.max(1, Swift.abs(b)), "\(a), not \(b)")
    }
  }

  @Test("goes through most of the random graphs")
  func coverage() throws {
    var count = 0
    for seed in 0..<80 as Range<UInt64> {
      let graph = try RandomGraph.make(nodeCount: 12 + Int(seed % 20), seed: seed)
      let values = try graph.randomSources(seed: seed)
      let tangents = values.filter { $0.key == graph.inputs[0].name }
      if (try? graph.complexStepTangent(of: "y", along: tangents, at: values)) != nil { count += 1 }
    }
    #expect(count > 40, "\(count)")
  }

  @Test("goes through composites, products and indices to the gradient that reverse mode gives")
  func network() throws {
    let builder = GraphBuilder("network")
    let x = builder.input("x", .f64, [5, 4])
    let w = builder.parameter("w", .f64, [4, 6])
    let labels = builder.input("labels", .i32, [5])
    let scale = builder.constant(try Tensor([1.0, 2, -1, 0.5, 3, 1]))
    let hidden = layerNorm(tanh(matmul(x, w)), scale: scale, offset: scale, axes: [1])
    let scores = hidden.gathered(at: builder.constant(try Tensor([1, 0, 5] as [Int32])), axis: 1)
    let largest = scores.max(squeezingAxes: [1]).sum()
    builder.output(
      "y",
      crossEntropy(logits: scores, indices: labels).sum()
        + logSumExp(scores, squeezingAxes: [0]).sum() + largest)
    let graph = try builder.build()
    var values = try graph.randomSources(seed: 3)
    values["labels"] = try Tensor([0, 2, 1, 1, 0] as [Int32])
    let gradient = try graph.differentiated("y", withRespectTo: ["x", "w"])
    let wanted = try gradient.compiled()(values)
    let found = try graph.complexStepGradient(of: "y", withRespectTo: ["x", "w"], at: values)
    for source in ["x", "w"] {
      let a = try #require(found[source]).derivative
      let b = try #require(wanted["gradient.\(source)"])
      #expect(a.extents == b.extents)
      for (p, q) in zip(a.doubles, b.doubles) {
        #expect(Swift.abs(p - q) <= 1e-12, "\(p), not \(q)")
      }
    }
  }

  @Test("equal largest elements share the derivative")
  func ties() throws {
    let builder = GraphBuilder("f")
    builder.output("y", builder.input("x", .f64, [3]).max(squeezingAxes: [0]))
    let found = try builder.build().complexStepGradient(
      of: "y", withRespectTo: ["x"], at: ["x": Tensor([2.0, 1, 2])])
    #expect(found["x"]?.derivative.doubles == [0.5, 0, 0.5])
  }

  @Test(
    "what the direction does not move, and the largest of nothing, have a derivative of 0 where its formula has none"
  )
  func boundaries() throws {
    func slopes(_ point: [Double], extents: [Int]? = nil, _ build: (Value) -> Value) throws
      -> [Double]
    {
      let builder = GraphBuilder("f")
      let x = builder.input("x", .f64, Shape(extents: extents ?? [point.count]))
      builder.output("y", build(x).sum())
      let values = ["x": try Tensor(point, extents: extents ?? [point.count])]
      return try #require(
        try builder.build().complexStepGradient(of: "y", withRespectTo: ["x"], at: values)["x"]
      ).derivative.doubles
    }
    #expect(try slopes([0, 4]) { sqrt($0) } == [.infinity, 0.25])
    #expect(try slopes([0, 4]) { reciprocal($0)[1..<2] } == [0, -0.0625])
    #expect(try slopes([-1, 4]) { sqrt(max($0, 0)) } == [0, 0.25])
    #expect(try slopes([0, 2]) { log($0)[1..<2] } == [0, 0.5])
    #expect(try slopes([2, 3]) { pow(0 * $0, $0) } == [0, 0])
    #expect(try slopes([0, 3]) { pow($0, 0) } == [0, 0])
    #expect(try slopes([], extents: [3, 0]) { $0.max(squeezingAxes: [1]) } == [])
    let builder = GraphBuilder("f")
    let x = builder.input("x", .f64, [3, 0])
    builder.output("y", x.max(squeezingAxes: [1]))
    let point = ["x": try Tensor([Double](), extents: [3, 0])]
    let found = try builder.build().complexStepTangent(of: "y", along: point, at: point)
    #expect(found.derivative.doubles == [0, 0, 0])
  }

  @Test("refuses what has no complex form, single precision and values that do not fit")
  func refusals() throws {
    func graph(_ type: ScalarType, _ build: (Value) -> Value) throws -> Graph {
      let builder = GraphBuilder("f")
      builder.output("y", build(builder.input("x", type, [2])))
      return try builder.build()
    }
    let x = ["x": try Tensor([1.0, 2])]
    func refused(
      _ graph: Graph, _ code: Diagnostic.Code, _ point: [String: Tensor],
      tangents: [String: Tensor]? = nil, of output: String = "y", _ part: String
    ) {
      let error = #expect(throws: Diagnostic.self) {
        try graph.complexStepTangent(of: output, along: tangents ?? point, at: point)
      }
      #expect(error?.code == code, "\(String(describing: error))")
      #expect(error?.message.contains(part) == true, "\(String(describing: error))")
    }
    refused(try graph(.f64) { erf($0) }, .notDifferentiable, x, "erf")
    refused(
      try graph(.f64) { $0.product(squeezingAxes: [0]) }, .notDifferentiable, x, "complex form")
    refused(
      try graph(.f64) { ($0.cast(to: .f32) * 2).cast(to: .f64) }, .scalarTypeMismatch, x,
      "double precision")
    let single = try graph(.f32) { $0 * 2 }
    refused(single, .scalarTypeMismatch, ["x": try Tensor([1, 2] as [Float])], "double precision")
    let plain = try graph(.f64) { $0 * 2 }
    refused(plain, .unknownName, x, of: "z", "z")
    refused(plain, .unknownName, x, tangents: ["v": try Tensor([1.0, 2])], "v")
    refused(plain, .missingInput, [:], "x")
    refused(plain, .shapeMismatch, x, tangents: ["x": try Tensor([1.0, 2, 3])], "x")
    let error = #expect(throws: Diagnostic.self) {
      try plain.complexStepGradient(of: "y", withRespectTo: ["x"], at: x)
    }
    #expect(error?.code == .shapeMismatch)
    let unknown = #expect(throws: Diagnostic.self) {
      try plain.complexStepGradient(of: "z", withRespectTo: [], at: [:])
    }
    #expect(unknown?.code == .unknownName)
  }
}
