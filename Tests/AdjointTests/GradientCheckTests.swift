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
    let x = try builder.input("x", .f32, [4])
    let w = try builder.parameter("w", .f32, [4], .constant(0.5))
    try builder.output("y", (builder.apply(WrongSquare(), [x]) * w).sum())
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

  @Test func leavesKinksOut() throws {
    let builder = GraphBuilder("kink")
    let x = try builder.input("x", .f64, [2])
    try builder.output("y", relu(x).sum())
    let check = try GradientCheck(of: builder.build(), given: ["x": Tensor([0, 1] as [Double])])
    #expect(check.passes)
    #expect(check.rows[0].kinkCount == 1)
    #expect(check.rows[0].checkedCount == 1)
  }

  @Test func checksOutputsThatAreNotScalars() throws {
    let builder = GraphBuilder("vector")
    let x = try builder.input("x", .f32, ["B", 2])
    try builder.output("y", tanh(x))
    let check = try GradientCheck(of: builder.build(), dimensions: ["B": 5])
    #expect(check.passes)
    #expect(check.rows[0].elementCount == 10)
    #expect(check.assumptions.count == 1)
    #expect(try GradientCheck(of: builder.build()).assumptions.first == "B = 3")
  }

  @Test func numbersThatAreNotFiniteAreMisses() throws {
    let builder = GraphBuilder("log")
    let x = try builder.input("x", .f64, [])
    try builder.output("y", log(x))
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
    .partials { (at) throws(Diagnostic) in [.value(try at.operands[0] * 3)] }
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
