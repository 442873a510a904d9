import Adjoint
import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses
import Foundation
import TestSupport
import Testing

/// Derivatives through functions, against those of the same formula written out and known values.
@Suite struct FunctionDerivativeTests {
  private let vector = TensorType(.f64, ["n"])

  /// tanh(x · y) + x, as a function that calls another.
  private func nested() throws -> Function {
    let product = try Function("product", [vector, vector]) { $0[0] * $0[1] }
    return try Function("nested", [vector, vector]) { tanh(product($0[0], $0[1])) + $0[0] }
  }

  private func evaluate(
    _ inputs: [[Double]], _ body: ([Value]) -> [Value]
  ) throws -> [[Double]] {
    let graph = try Graph.trace(
      inputs.map { TensorType(.f64, extents: [$0.count]) }, body)
    try GraphVerifier.verify(graph)
    var values: [String: Tensor] = [:]
    for (number, input) in inputs.enumerated() {
      values["x\(number)"] = try Tensor(.f64(input), extents: [input.count])
    }
    let results = try graph.compiled()(values)
    let interpreted = try GraphInterpreter.evaluate(graph, values).outputs
    return try graph.outputs.map { port in
      let run = try #require(results[port.name]).doubles
      let meaning = try #require(interpreted[port.name]).doubles
      #expect(
        zip(run, meaning).allSatisfy { ($0 - $1).magnitude <= 1e-14 * Swift.max(1, $1.magnitude) })
      return run
    }
  }

  /// The gradient of Σ tanh(x·y) + x: y·(1 − tanh²) + 1 and x·(1 − tanh²).
  @Test func reverseModeThroughNestedCalls() throws {
    let f = try nested()
    let (x, y) = ([0.5, -1, 2], [1.5, 0.25, -0.75])
    let values = try evaluate([x, y]) { values in
      gradients(of: f(values[0], values[1]).sum(), withRespectTo: values)
    }
    for i in x.indices {
      let slope = 1 - pow2(Foundation.tanh(x[i] * y[i]))
      #expect(Swift.abs(values[0][i] - (y[i] * slope + 1)) < 1e-14)
      #expect(Swift.abs(values[1][i] - x[i] * slope) < 1e-14)
    }
  }

  @Test func forwardModeThroughNestedCalls() throws {
    let f = try nested()
    let (x, y, u) = ([0.5, -1, 2], [1.5, 0.25, -0.75], [1.0, 2, -1])
    let values = try evaluate([x, y, u]) { values in
      jacobianVectorProduct(
        of: [f(values[0], values[1])], withRespectTo: [values[0]], tangents: [values[2]])
    }
    for i in x.indices {
      let slope = 1 - pow2(Foundation.tanh(x[i] * y[i]))
      #expect(Swift.abs(values[0][i] - (y[i] * slope + 1) * u[i]) < 1e-14)
    }
  }

  /// d²/dx² of exp(−x²) is (4x² − 2)·exp(−x²), reverse over reverse and forward over reverse.
  @Test func secondDerivativesThroughACall() throws {
    let bump = try Function("bump", [vector]) { exp(-($0[0] * $0[0])) }
    let x = [0.0, 0.5, -2]
    let values = try evaluate([x]) { values in
      let first = gradients(of: bump(values[0]).sum(), withRespectTo: values)[0]
      let ones = values[0].builder.full(1, values[0].type)
      return gradients(of: first.sum(), withRespectTo: values)
        + jacobianVectorProduct(of: [first], withRespectTo: values, tangents: [ones])
    }
    for i in x.indices {
      let wanted = (4 * x[i] * x[i] - 2) * Foundation.exp(-x[i] * x[i])
      #expect(Swift.abs(values[0][i] - wanted) < 1e-14)
      #expect(Swift.abs(values[1][i] - wanted) < 1e-14)
    }
  }

  /// The derivative of a call is a call, so that a graph of many calls of one function stays small.
  @Test func theBackwardGraphCallsAFunction() throws {
    let f = try nested()
    let graph = try Graph.trace(vector, vector) { x, y in
      (0..<100).reduce(x) { value, _ in f(value, y) }.sum()
    }
    let derived = try graph.differentiated("result", withRespectTo: ["x0", "x1"])
    #expect(derived.functions.map(\.name).contains("nested.pullback"))
    #expect(derived.functions.count <= 5)
    #expect(derived.nodes.count < 600)
    let again = try parsedGraph(derived.description)
    #expect(again.description == derived.description)
  }

  /// What a derivative computes anew of a body is merged with what the call computes: the plan is that of the same
  /// formula without functions.
  @Test func plansOfCallsAreThoseOfWhatTheyStandFor() throws {
    let weights = [TensorType(.f32, [8, 8]), TensorType(.f32, [8])]
    let types = [TensorType(.f32, [32, 8])] + weights
    let block = { (values: [Value]) -> Value in
      values[0] + tanh(matmul(values[0], values[1]) + values[2])
    }
    let function = try Function("block", types, block)
    let plans = try [{ function($0) }, block].map { (layer: ([Value]) -> Value) in
      try Graph.trace(types + weights) { values in
        let y = layer([layer(Array(values[..<3])), values[3], values[4]])
        return [(y * y).sum()]
      }.differentiated("result0", withRespectTo: ["x0", "x1", "x2", "x3", "x4"]).compiled()
        .statistics
    }
    #expect(plans[0].kernelCount == plans[1].kernelCount)
    #expect(plans[0].contractionCount == plans[1].contractionCount)
    #expect(plans[0].plannedByteCount == plans[1].plannedByteCount)
  }

  /// A pass changes the bodies of functions too.
  @Test func passesReachIntoFunctions() throws {
    let f = try Function("f", [vector]) { exp(($0[0] + 0) * 1) }
    let graph = try Pipeline.standard(Graph.trace(vector) { f($0) })
    let body = try #require(graph.functions.first).body
    #expect(body.nodes.map(\.mnemonic) == ["input", "exp"])
  }

  /// log(1 + exp(x)) overflows as it is written, and so would its derivative; in a function as elsewhere.
  @Test func whatIsDifferentiatedIsTheStableForm() throws {
    let f = try Function("soft", [vector]) { log(1 + exp($0[0])) }
    let values = try evaluate([[1000, -1000, 0]]) { values in
      gradients(of: f(values[0]).sum(), withRespectTo: values)
    }
    #expect(values == [[1, 0, 0.5]])
  }

  @Test func operandsWithoutAPathGetZeros() throws {
    let f = try Function("f", [vector, vector]) { $0[0] + stopGradient($0[1]) }
    let values = try evaluate([[1, 2], [3, 4]]) { values in
      gradients(of: f(values[0], values[1]).sum(), withRespectTo: values)
    }
    #expect(values == [[1, 1], [0, 0]])
  }

  private func pow2(_ x: Double) -> Double { x * x }
}

/// Derivatives that were supplied.
@Suite struct SuppliedDerivativeTests {
  private let vector = TensorType(.f64, ["n"])

  /// A cube with a derivative of 7·x², which is wrong, to see that it is what is used.
  private func cube(_ factor: Double, forward: Bool, backward: Bool) throws -> Function {
    let plain = try Function("cube", [vector]) { $0[0] * $0[0] * $0[0] }
    let direction = { (name: String) throws -> Function in
      try Function(name, [vector, vector, vector]) { factor * $0[0] * $0[0] * $0[2] }
    }
    return try plain.withDerivatives(
      vectorJacobianProduct: backward ? direction("cube.vjp") : nil,
      jacobianVectorProduct: forward ? direction("cube.jvp") : nil)
  }

  @Test(arguments: [(true, false), (false, true), (true, true)])
  func bothModesComeFromWhatWasSupplied(_ forward: Bool, _ backward: Bool) throws {
    let f = try cube(7, forward: forward, backward: backward)
    let pair = TensorType(.f64, [2])
    let graph = try Graph.trace([pair, pair]) { values in
      gradients(of: f(values[0]).sum(), withRespectTo: [values[0]])
        + jacobianVectorProduct(
          of: [f(values[0])], withRespectTo: [values[0]], tangents: [values[1]])
    }
    let x = try Tensor(.f64([1, -2]), extents: [2])
    let u = try Tensor(.f64([1, 10]), extents: [2])
    let results = try graph.compiled()(["x0": x, "x1": u])
    #expect(results["result0"]?.doubles == [7, 28])
    #expect(results["result1"]?.doubles == [7, 280])
    let again = try parsedGraph(graph.description)
    #expect(again.description == graph.description)
  }

  @Test func aRightDerivativePassesTheCheckAndAWrongOneFails() throws {
    #expect(try FunctionCheck(of: cube(3, forward: true, backward: true)).passes)
    #expect(try FunctionCheck(of: cube(3, forward: true, backward: false)).passes)
    #expect(try FunctionCheck(of: cube(3, forward: false, backward: true)).passes)
    let wrong = try FunctionCheck(of: cube(7, forward: true, backward: true))
    #expect(wrong.modesAgree && !wrong.passes)
    let half = try cube(3, forward: true, backward: false)
    let other = try half.withDerivatives(
      vectorJacobianProduct: Function("other", [vector, vector, vector]) {
        4 * $0[0] * $0[0] * $0[2]
      },
      jacobianVectorProduct: half.jacobianVectorProduct)
    #expect(!(try FunctionCheck(of: other)).modesAgree)
  }

  @Test func derivativesOfTheWrongShapeAreRefused() throws {
    let f = try Function("f", [vector, TensorType(.f64, [2])]) { $0[0] * $0[1].sum() }
    let two = TensorType(.f64, [2])
    #expect {
      try f.withDerivatives(vectorJacobianProduct: Function("v", [vector]) { $0[0] })
    } throws: {
      ($0 as? Diagnostic)?.message.contains("v takes 1 operand, not 4") == true
    }
    #expect {
      try f.withDerivatives(
        vectorJacobianProduct: Function("v", [vector, two, vector, vector]) { $0[0] })
    } throws: {
      ($0 as? Diagnostic)?.message.contains("gives f64[n], and it must give f64[n], f64[2]") == true
    }
    #expect {
      try f.withDerivatives(
        jacobianVectorProduct: Function("j", [vector, two, vector, vector, two]) { $0[1] })
    } throws: { ($0 as? Diagnostic)?.code == .shapeMismatch }
  }

  /// √a as the fixed point of (x + a/x)/2, and as the root of x² − a; d√a/da = 1/(2√a).
  @Test func implicitDerivatives() throws {
    let scalar = TensorType(.f64, [])
    let step = try Function("step", [scalar, scalar]) { 0.5 * ($0[0] + $0[1] / $0[0]) }
    let fixed = try step.fixedPoint(steps: 8)
    let residual = try Function("residual", [scalar, scalar]) { $0[0] * $0[0] - $0[1] }
    let solver = try Function("solver", [scalar]) { values in
      stopGradient((0..<8).reduce(values[0]) { x, _ in step(x, values[0]) })
    }
    let root = try residual.root(solvedBy: solver, linearSteps: 1)
    let graph = try Graph.trace([scalar, scalar]) { values in
      [fixed(values[0], values[1]), root(values[1])].flatMap { y in
        [y] + gradients(of: y, withRespectTo: values)
          + jacobianVectorProduct(of: [y], withRespectTo: [values[1]], tangents: [values[0]])
      }
    }
    let results = try graph.compiled()(["x0": Tensor(scalar: 1.0), "x1": Tensor(scalar: 2.0)])
    let value = Foundation.sqrt(Double(2))
    let expected: [Double] = [value, 0, 0.5 / value, 0.5 / value]
    for (number, wanted) in (expected + expected).enumerated() {
      let found = try #require(results["result\(number)"]).doubles[0]
      #expect((found - wanted).magnitude < 1e-12, "result \(number)")
    }
    #expect(try FunctionCheck(of: root, at: [Tensor(scalar: 3.0)]).passes)
  }

  /// x with M x = b, of a full matrix: the derivative with respect to b is M⁻ᵀ c.
  @Test func theRootOfALinearSystem() throws {
    let matrix = TensorType(.f64, [3, 3])
    let list = TensorType(.f64, [3])
    let residual = try Function("residual", [list, matrix, list]) {
      matmul($0[1], $0[0].reshaped(to: [3, 1])).reshaped(to: [3]) - $0[2]
    }
    // The inverse of the matrix below, exactly.
    let solver = try Function("solver", [matrix, list]) { values in
      let inverse = values[0].builder.constant(
        (try? Tensor(.f64([1, -2, 0, 0, 1, 0, 0.5, -1, 0.5]), extents: [3, 3]))
          ?? Tensor(scalar: 0.0))
      return stopGradient(matmul(inverse, values[1].reshaped(to: [3, 1])).reshaped(to: [3]))
    }
    let root = try residual.root(solvedBy: solver, linearSteps: 3)
    let graph = try Graph.trace([matrix, list]) { values in
      let x = root(values[0], values[1])
      return [x] + gradients(of: (x * x).sum(), withRespectTo: values)
    }
    let m = try Tensor(.f64([1, 2, 0, 0, 1, 0, -1, 0, 2]), extents: [3, 3])
    let b = try Tensor(.f64([3, 1, 5]), extents: [3])
    let results = try graph.compiled()(["x0": m, "x1": b])
    // x = M⁻¹ b, b̄ = 2 M⁻ᵀ x, M̄ = −b̄ xᵀ, by hand.
    let x = [1.0, 1, 3]
    let cotangent = [5.0, -8, 3]
    #expect(try #require(results["result0"]).doubles == x)
    #expect(isNear(try #require(results["result2"]).doubles, cotangent))
    let outer = cotangent.flatMap { c in x.map { -c * $0 } }
    #expect(isNear(try #require(results["result1"]).doubles, outer))
  }

  @Test func implicitFunctionsOfWrongFormAreRefused() throws {
    let scalar = TensorType(.f64, [])
    let step = try Function("step", [scalar, scalar]) { $0[0] + $0[1] }
    #expect { try step.fixedPoint(steps: 0) } throws: {
      ($0 as? Diagnostic)?.code == .invalidArgument
    }
    let wide = try Function("wide", [scalar, vector]) { $0[0] + $0[1] }
    #expect { try wide.fixedPoint(steps: 3) } throws: {
      ($0 as? Diagnostic)?.code == .shapeMismatch
    }
    #expect { try step.root(solvedBy: step, linearSteps: 1) } throws: {
      ($0 as? Diagnostic)?.message.contains("step takes 2 operands, not 1") == true
    }
  }

  @Test func cotangentsAreScaledAndClipped() throws {
    let graph = try Graph.trace(TensorType(.f64, [3])) { x in
      let clipped =
        (x.clippingCotangent(to: 1.5)
        * ((try? x.builder.constant(Tensor(.f64([1, 2, -3]), extents: [3]))) ?? x)).sum()
      let scaled = (x.scalingCotangent(by: -2) * x).sum()
      return clipped + scaled
    }
    let derived = try graph.differentiated("result", withRespectTo: ["x0"])
    let results = try derived.compiled()(["x0": Tensor(.f64([1, 2, 4]), extents: [3])])
    // 1, 1.5 and −1.5 of the clipped one; x − 2x of the scaled.
    let expected: [Double] = [0, -0.5, -5.5]
    #expect(results["gradient.x0"]?.doubles == expected)
    let builder = GraphBuilder("g")
    let x = builder.input("x", .f64, [3])
    #expect(throws: Diagnostic.self) { try refusing { x.clippingCotangent(to: 0) } }
  }
}

private func parsedGraph(_ text: String) throws -> Graph {
  try GraphParser.parse(text, file: "t.graph", registry: .standard)
}

private func isNear(_ found: [Double], _ wanted: [Double]) -> Bool {
  found.count == wanted.count && zip(found, wanted).allSatisfy { ($0 - $1).magnitude < 1e-10 }
}

/// What of a call's results depends on what of its operands.
@Suite struct CallDependenceTests {
  private let vector = TensorType(.f64, ["n"])

  /// The results 2x, floor(x)·y, and z as whole numbers.
  private func graph() throws -> Graph {
    let inner = try Function(
      "inner", [vector, vector, vector],
      results: { [2 * $0[0], floor($0[0]) * $0[1], $0[2].cast(to: .i32)] })
    let outer = try Function(
      "outer", [vector, vector, vector],
      results: { values in
        let results = values[0].builder.call(inner, values)
        return [results[1], results[0], results[2].cast(to: .f64)]
      })
    let builder = GraphBuilder("g")
    let values = ["x", "y", "z"].map { builder.input($0, .f64, [2]) }
    let results = builder.call(outer, values)
    for (name, value) in zip(["product", "double", "whole"], results) {
      builder.output(name, value)
    }
    return try builder.build()
  }

  @Test func reportsTellResultsApart() throws {
    let report = try graph().differentiability()
    var found: [String: DifferentiabilityReport.Pair.Dependence] = [:]
    for pair in report.pairs { found["\(pair.output) \(pair.source)"] = pair.dependence }
    #expect(
      found == [
        "product x": .blocked, "product y": .differentiable, "product z": .none,
        "double x": .differentiable, "double y": .none, "double z": .none,
        "whole x": .none, "whole y": .none, "whole z": .blocked,
      ])
    #expect(try graph().differentiabilityCounts().differentiable == 2)
    #expect(try graph().differentiableSources(of: "product") == ["y"])
  }

  @Test func whatDoesNotDependIsRefusedByName() throws {
    #expect { try graph().differentiated("double", withRespectTo: ["y"]) } throws: {
      ($0 as? Diagnostic)?.notes == ["double does not depend on y"]
    }
    #expect { try graph().differentiated("product", withRespectTo: ["x"]) } throws: {
      ($0 as? Diagnostic)?.notes.first?.contains("(call) passes none on from there") == true
    }
  }

  /// The derivative of one result takes no part of the others.
  @Test func theDerivativeOfOneResultIsOfThatAlone() throws {
    let graph = try graph().keeping(outputs: ["double"]).differentiated(
      "double", withRespectTo: ["x"])
    let pullback = try #require(graph.functions.last { $0.name.hasPrefix("outer.pullback") })
    #expect(pullback.outputs.map(\.name) == ["cotangent.x0"])
    #expect(pullback.inputs.filter { $0.name.hasPrefix("cotangent") }.count == 1)
    let results = try graph.compiled()([
      "x": Tensor(.f64([1.5, 2]), extents: [2]), "y": Tensor(.f64([1, 1]), extents: [2]),
      "z": Tensor(.f64([1, 1]), extents: [2]),
      "cotangent.double": Tensor(.f64([3, -1]), extents: [2]),
    ])
    #expect(results["gradient.x"]?.doubles == [6, -2])
  }

  @Test func callsOfConstantsAreFolded() throws {
    let both = try Function("both", [vector], results: { [$0[0] + 1, $0[0] * 2] })
    let builder = GraphBuilder("g")
    let two = builder.call(both, [builder.constant(try Tensor(.f64([1, 2]), extents: [2]))])
    builder.output("y", two[0] * two[1])
    let graph = try Pipeline.standard(builder.build())
    #expect(graph.nodes.map(\.mnemonic) == ["constant"])
    #expect(try GraphInterpreter.evaluate(graph, [:]).outputs["y"]?.doubles == [4, 12])
  }
}
