import Adjoint
import AdjointGraph
import Foundation
import Testing

/// Derivatives from values beside known formulas and the derivatives of graphs.
@Suite("Derivatives by differences") struct NumericalDerivativeTests {
  private struct Formula: Sendable, CustomTestStringConvertible {
    let name: String
    let build: @Sendable (Value) -> Value
    let derivative: @Sendable (Double) -> Double
    let points: [Double]

    var testDescription: String { name }
  }

  private static let formulas: [Formula] = [
    Formula(name: "sin", build: { sin($0) }, derivative: { cos($0) }, points: [-2.3, 0, 1.7, 40]),
    Formula(name: "exp", build: { exp($0) }, derivative: { exp($0) }, points: [-20, 0, 1.7, 12]),
    Formula(name: "log", build: { log($0) }, derivative: { 1 / $0 }, points: [1e-3, 0.01, 1, 900]),
    Formula(
      name: "sqrt", build: { sqrt($0) }, derivative: { 0.5 / $0.squareRoot() },
      points: [1e-4, 0.3, 5000]),
    Formula(
      name: "tanh", build: { tanh($0) },
      derivative: { 1 - Foundation.tanh($0) * Foundation.tanh($0) },
      points: [-3, 0, 0.4]),
    Formula(
      name: "x⁷", build: { x in x * x * x * x * x * x * x },
      derivative: { 7 * Foundation.pow($0, 6) },
      points: [-1.5, 0, 1, 30]),
    Formula(
      name: "1/x", build: { 1 / $0 }, derivative: { -1 / ($0 * $0) }, points: [-0.2, 0.02, 7]),
    Formula(
      name: "erf", build: { erf($0) },
      derivative: { 2 / Double.pi.squareRoot() * Foundation.exp(-$0 * $0) }, points: [-1, 0, 2.5]),
    Formula(
      name: "x·sin(50x)", build: { $0 * sin($0 * 50) },
      derivative: { Foundation.sin(50 * $0) + 50 * $0 * Foundation.cos(50 * $0) },
      points: [0.1, 1.3]),
  ]

  private func executable(_ build: (Value) -> Value) throws -> Executable {
    let builder = GraphBuilder("f")
    builder.output("y", build(builder.input("x", .f64, [])))
    return try builder.build().compiled(CompilationOptions(pipeline: Pipeline([]), threads: 1))
  }

  @Test(
    "are within their own estimate of the error, which is small", arguments: formulas,
    [DifferenceMethod.central(), .richardson])
  private func estimates(_ formula: Formula, _ method: DifferenceMethod) throws {
    let function = try executable(formula.build)
    for x in formula.points {
      let found = try #require(
        try function.numericalGradient(
          of: "y", withRespectTo: ["x"], at: ["x": Tensor(scalar: x, .f64)], by: method)["x"])
      let (derivative, error) = (found.derivative.doubles[0], found.error.doubles[0])
      let wanted = formula.derivative(x)
      #expect(abs(derivative - wanted) <= error, "at \(x): \(derivative) ± \(error), \(wanted)")
      let size = max(abs(wanted), 1)
      let bound = method == .richardson ? 1e-8 : 3e-6
      #expect(error <= bound * size, "at \(x): ± \(error)")
      #expect(found.step.doubles[0] > 0 && found.step.doubles[0] <= max(1, abs(x)) / 8)
      #expect((4...48).contains(found.evaluationCount))
    }
  }

  @Test("extrapolation is exact for what it takes out, a step for what it leaves")
  func orders() throws {
    // D(h) of x³ is 3x² + h², of which a step of 1/2 leaves a quarter; D(1) − D(1/2) is 3/4.
    let cube = try executable { $0 * $0 * $0 }
    let x = try ["x": Tensor(scalar: 2, .f64)]
    let given = try #require(
      try cube.numericalGradient(
        of: "y", withRespectTo: ["x"], at: x, by: .central(step: 0.5))["x"])
    #expect(given.derivative.doubles == [12.25] && given.step.doubles == [0.5])
    #expect(abs(given.error.doubles[0] - 0.75) < 1e-13 && given.evaluationCount == 4)
    let chosen = try #require(
      try cube.numericalGradient(of: "y", withRespectTo: ["x"], at: x, by: .central())["x"])
    // Truncation h² and rounding 8ε/h are of one size near h = 1e-5.
    #expect((1e-6...1e-4).contains(chosen.step.doubles[0]), "\(chosen.step)")
    let extrapolated = try #require(
      try cube.numericalGradient(of: "y", withRespectTo: ["x"], at: x)["x"])
    #expect(abs(extrapolated.derivative.doubles[0] - 12) < 1e-13)
  }

  @Test("gradients and tangents are those of reverse and forward mode")
  func modes() throws {
    let builder = GraphBuilder("network")
    let x = builder.input("x", .f64, [3, 4])
    let w = builder.parameter("w", .f64, [4, 2], .glorot)
    builder.output("y", tanh(matmul(x, w)))
    let graph = try builder.build()
    func random(_ extents: [Int], _ name: String) throws -> Tensor {
      try Initializer.normal(mean: 0, deviation: 1)
        .tensor(TensorType(.f64, Shape(extents: extents)), name: name, seed: 3)
    }
    let point = try ["x": random([3, 4], "x"), "w": random([4, 2], "w")]
    let cotangent = try random([3, 2], "c")
    let reverse = try graph.differentiated("y", withRespectTo: ["x", "w"]).compiled()(
      point.merging(["cotangent.y": cotangent]) { first, _ in first })
    let function = try graph.compiled()
    let found = try function.numericalGradient(
      of: "y", withRespectTo: ["x", "w"], at: point, cotangent: cotangent)
    for name in ["x", "w"] {
      let (numerical, wanted) = try (#require(found[name]), #require(reverse["gradient.\(name)"]))
      #expect(numerical.derivative.extents == wanted.extents)
      for place in wanted.doubles.indices {
        let distance = abs(numerical.derivative.doubles[place] - wanted.doubles[place])
        #expect(distance <= numerical.error.doubles[place] && distance < 1e-9)
      }
    }
    let directions = try ["x": random([3, 4], "v"), "w": random([4, 2], "u")]
    let forward = try graph.differentiated("y", withRespectTo: ["x", "w"], mode: .forward)
      .compiled()(
        point.merging(directions.map { ("tangent.\($0)", $1) }) { first, _ in first })
    let tangent = try function.numericalTangent(of: "y", along: directions, at: point)
    let wanted = try #require(forward["tangent.y"])
    #expect(tangent.derivative.extents == [3, 2])
    for place in wanted.doubles.indices {
      let distance = abs(tangent.derivative.doubles[place] - wanted.doubles[place])
      #expect(distance <= tangent.error.doubles[place] && distance < 1e-9)
    }
  }

  @Test("what a run of the graph changes is not kept")
  func updates() throws {
    let builder = GraphBuilder("step")
    let w = builder.parameter("w", .f64, [2], .constant(3))
    builder.output("loss", (w * w).sum())
    let step = try builder.build().trainingStepForTests()
    let found = try #require(
      try step.compiled().numericalGradient(of: "loss", withRespectTo: ["w"], at: [:])["w"])
    #expect(found.derivative.doubles.allSatisfy { abs($0 - 6) < 1e-10 })
  }

  @Test("where the function is not defined there is no derivative, and at a kink the mean of two")
  func limits() throws {
    let root = try executable { sqrt($0) }
    let none = try #require(
      try root.numericalGradient(
        of: "y", withRespectTo: ["x"], at: ["x": Tensor(scalar: -1, .f64)])["x"])
    #expect(none.derivative.doubles[0].isNaN && none.error.doubles == [.infinity])
    let kink = try executable { abs($0) }
    let mean = try #require(
      try kink.numericalGradient(
        of: "y", withRespectTo: ["x"], at: ["x": Tensor(scalar: 0, .f64)])["x"])
    #expect(mean.derivative.doubles == [0])
  }

  @Test("wrong names, types, steps and shapes are refused")
  func refusals() throws {
    let builder = GraphBuilder("f")
    let x = builder.input("x", .f64, [2])
    let n = builder.input("n", .i32, [2])
    let s = builder.input("s", .f32, [])
    builder.output("y", x * n.cast(to: .f64))
    builder.output("small", s * 2)
    let function = try builder.build().compiled()
    let point = try [
      "x": Tensor([1, 2] as [Double]), "n": Tensor([1, 2] as [Int32]), "s": Tensor(scalar: 1, .f32),
    ]
    let ones = try Tensor([1, 1] as [Double])
    func gradient(
      _ output: String, _ sources: [String], _ values: [String: Tensor]? = nil,
      _ cotangent: Tensor? = nil, _ method: DifferenceMethod = .richardson
    ) -> Diagnostic? {
      #expect(throws: Diagnostic.self) {
        try function.numericalGradient(
          of: output, withRespectTo: sources, at: values ?? point, cotangent: cotangent, by: method)
      }
    }
    #expect(gradient("z", ["x"], nil, ones)?.code == .unknownName)
    #expect(gradient("y", ["xx"], nil, ones)?.code == .unknownName)
    #expect(gradient("y", ["n"], nil, ones)?.code == .scalarTypeMismatch)
    #expect(gradient("small", ["x"])?.message.contains("build the graph in f64") == true)
    #expect(gradient("y", ["x"])?.message.contains("needs a cotangent") == true)
    #expect(gradient("y", ["x"], nil, try Tensor([1.0]))?.code == .shapeMismatch)
    #expect(gradient("y", ["x", "x"], nil, ones)?.code == .duplicateName)
    #expect(gradient("y", [], nil, ones)?.code == .invalidArgument)
    #expect(gradient("y", ["x"], ["x": ones], ones)?.code == .missingInput)
    for step in [0, -1e-3, .nan, .infinity] {
      #expect(gradient("y", ["x"], nil, ones, .central(step: step))?.code == .invalidArgument)
    }
    for tangents in try [[:], ["x": Tensor([1.0])], ["n": Tensor([1, 2] as [Int32])], ["k": ones]] {
      #expect(throws: Diagnostic.self) {
        try function.numericalTangent(of: "y", along: tangents, at: point)
      }
    }
  }
}

extension Graph {
  /// The graph with one update, `w ← w + 1`.
  fileprivate func trainingStepForTests() throws -> Graph {
    let builder = GraphBuilder(extending: self)
    let w = builder.value(try value(ofSource: "w"))
    builder.update(w, to: w + 1)
    return try builder.build()
  }
}
