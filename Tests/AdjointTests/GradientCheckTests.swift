import Adjoint
import AdjointKernels
import Foundation
import Testing

@Suite struct GradientCheckTests {
  static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Graphs")

  @Test(arguments: [
    "trace", "logistic", "many-children", "two-layer", "softmax-regression", "skip", "digits-mlp",
  ])
  func exampleGraphsPass(_ name: String) throws {
    let graph = try Graph(contentsOf: Self.folder.appendingPathComponent("\(name).graph").path)
    let output = graph.outputs.contains { $0.name == "loss" } ? "loss" : graph.outputs[0].name
    let check = try GradientCheck(of: graph, output: output, seed: 3)
    #expect(check.passes, "\(check)")
    #expect(check.rows.count >= 1)
    for row in check.rows {
      #expect(row.checkedCount + row.kinkCount == min(row.elementCount, 64))
      #expect(row.maximumRelativeError < 1e-6)
    }
  }

  @Test func findsAWrongDerivative() throws {
    let builder = GraphBuilder("wrong")
    let x = builder.input("x", .f32, [4])
    let w = builder.parameter("w", .f32, [4], .constant(0.5))
    builder.output("y", (builder.apply(WrongSquare(), [x]) * w).sum())
    let check = try GradientCheck(
      of: builder.build(), given: ["x": Tensor([1, 2, 3, 4] as [Float])])
    #expect(!check.passes)
    #expect(check.assumptions.isEmpty)
    #expect(check.rows.map(\.source) == ["x", "w"])
    #expect(check.rows[0].missCount == 4)
    #expect(check.rows[1].missCount == 0)
    let worst = try #require(check.rows[0].worst)
    // The rule says 3x, the function 2x, each times w = 0.5.
    #expect(abs(worst.derivative / worst.difference - 1.5) < 1e-6)
  }

  static let sizes = [1, 1e-6, 1e-9, 1e-14, 1e-100]

  @Test("a wrong derivative is found however small it is", arguments: sizes)
  func findsASmallWrongDerivative(size: Double) throws {
    let functions: [(Value) throws -> Value] = [
      { x in x.builder.apply(WrongSquare(), [x]) }, { x in x * stopGradient(x) },
      { x in stopGradient(x * x) + x * 0 },
    ]
    for function in functions {
      let builder = GraphBuilder("wrong")
      let x = builder.input("x", .f64, [4])
      try builder.output("y", (function(x) * size).sum())
      let check = try GradientCheck(of: builder.build(), given: ["x": Tensor([1.0, 2, -3, 4])])
      #expect(check.rows[0].missCount == 4, "\(check)")
      #expect(check.rows[0].maximumRelativeError > 0.1)
    }
  }

  @Test("a right derivative passes however small it is, and so does rounding", arguments: sizes)
  func passesSmallDerivatives(size: Double) throws {
    let functions: [(Value) throws -> Value] = [
      { x in x * x }, { x in relu(x) }, { x in max(x * 2, x) },
      { x in x - x.mean() }, { x in softmax(x) }, { x in exp(x) - exp(x) },
      { x in abs(x) * x }, { x in 1 + x * 1e-13 },
    ]
    for function in functions {
      let builder = GraphBuilder("right")
      let x = builder.input("x", .f64, [5])
      try builder.output("y", (function(x) * size).sum())
      let check = try GradientCheck(of: builder.build(), given: ["x": Tensor([0, 1.0, 2, -3, 4])])
      #expect(check.passes, "\(check)")
    }
  }

  @Test func leavesKinksOut() throws {
    let builder = GraphBuilder("kink")
    let x = builder.input("x", .f64, [2])
    builder.output("y", relu(x).sum())
    let check = try GradientCheck(of: builder.build(), given: ["x": Tensor([0, 1] as [Double])])
    #expect(check.passes)
    #expect(check.rows[0].kinkCount == 1)
    #expect(check.rows[0].checkedCount == 1)
  }

  /// A check at one point of a function of a parameter, which is added to a number of size 1.
  private func check(
    at p: Double, _ function: (Value) throws -> Value
  ) throws -> GradientCheck.Row {
    let builder = GraphBuilder("point")
    let x = builder.input("x", .f64, [])
    let parameter = builder.parameter("p", .f64, [], .constant(p))
    try builder.output("y", function(parameter) + x)
    let check = try GradientCheck(
      of: builder.build(), withRespectTo: ["p"], given: ["x": Tensor(scalar: 0.7, .f64)])
    #expect(check.passes == (check.rows[0].missCount == 0))
    return check.rows[0]
  }

  @Test("a kink of any size is one, straight or curved", arguments: [1e3, 1, 6e-5, 4e-6, 5e-7])
  func smallKinks(_ slope: Double) throws {
    // By relu the derivative at 0 is 0, that of the left side.
    let functions: [(Value) throws -> Value] = [
      { p in relu(p) * slope },
      { p in relu(-p) * slope },
      { p in
        let kink = relu(p) * slope
        let curve = p * p
        return kink + curve + p * 0.05
      },
      { p in
        let isBelow = p .<= 0.0
        let curve = p * exp(p)
        return select(isBelow, 0.0, curve) * slope
      },
    ]
    for function in functions {
      let row = try check(at: 0, function)
      #expect(row.missCount == 0)
      #expect(row.kinkCount == 1)
    }
    let shifted = try check(at: 2) { p in relu(p - 2.0) * slope }
    #expect(shifted.missCount == 0)
    #expect(shifted.kinkCount == 1)
    // The kink is beside the point: nearer or not than a step.
    for p in [3e-6, -3e-6, 9e-7, 6e-7, -4e-7, 2e-8, -2e-8, 5e-5] {
      #expect(try check(at: p) { p in relu(p) * slope }.missCount == 0, "\(p)")
    }
  }

  @Test("a wrong derivative is a miss, however small", arguments: [1, 6e-5, 4e-6, 5e-7])
  func smallMisses(_ slope: Double) throws {
    let functions: [(Double, (Value) throws -> Value)] = [
      // The derivative is half of what it should be.
      (0.5, { p in stopGradient(p) * p * (2 * slope) }),
      // It misses a slope at a point of strong curvature: the slopes to both sides lie around it.
      (
        0,
        { p in
          let curve = p * p * 1e3
          return curve + stopGradient(p) * slope
        }
      ),
      // It is no slope of the kink that is there.
      (
        0,
        { p in
          let kink = relu(p) * slope
          return kink + stopGradient(p) * (2 * slope)
        }
      ),
      (
        0,
        { p in
          let kink = relu(p) * slope
          return kink - stopGradient(p) * (2 * slope)
        }
      ),
      // Beside a kink.
      (
        3e-6,
        { p in
          let kink = relu(p) * slope
          return kink + stopGradient(p) * slope
        }
      ),
    ]
    for (place, function) in functions {
      let row = try check(at: place, function)
      #expect(row.missCount == 1)
      #expect(row.kinkCount == 0)
    }
  }

  @Test func checksOutputsThatAreNotScalars() throws {
    let builder = GraphBuilder("vector")
    let x = builder.input("x", .f32, ["B", 2])
    builder.output("y", tanh(x))
    let check = try GradientCheck(of: builder.build(), dimensions: ["B": 5])
    #expect(check.passes)
    #expect(check.rows[0].elementCount == 10)
    #expect(check.assumptions.count == 1)
    #expect(try GradientCheck(of: builder.build()).assumptions.first == "B = 3")
  }

  @Test func numbersThatAreNotFiniteAreMisses() throws {
    let builder = GraphBuilder("log")
    let x = builder.input("x", .f64, [])
    builder.output("y", log(x))
    let check = try GradientCheck(of: builder.build(), given: ["x": Tensor(scalar: -1, .f64)])
    #expect(!check.passes)
  }

  @Test func wideningReachesTypesAttributesAndInitialValues() throws {
    let graph = try Graph(
      contentsOf: Self.folder.appendingPathComponent("digits-mlp.graph").path)
    let widened = try graph.widened()
    #expect(!widened.description.contains("f32"))
    #expect(widened.nodeCount == graph.nodeCount)
    #expect(try widened.widened().description == widened.description)
    #expect(widened.inputs.map(\.type.scalarType) == [.f64, .i32])
  }
}

/// A square that claims a derivative of 3x.
private struct WrongSquare: Operator {
  static let mnemonic = "wrong_square"

  init() {}
  init(attributes: AttributeList) throws(Diagnostic) { try attributes.allowOnly() }

  var attributes: AttributeList { AttributeList() }

  func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] { operands }

  var derivative: Derivative {
    .partials { site in [.value(site.operands[0] * 3)] }
  }

  func lower(
    _ operands: [TensorType], to results: [TensorType]
  ) throws(Diagnostic) -> Lowering {
    .loop(
      try .elementwise(operands: operands, result: results[0]) { program, x in
        program.append(.binary(.multiply, x[0], x[0]), results[0].scalarType)
      })
  }
}
