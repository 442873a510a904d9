import AdjointCore
import AdjointGraph
import AdjointKernels
import AdjointOperators
import AdjointPasses
import TestSupport
import Testing

/// Forward mode against the functions themselves on the complex plane, which share no rule with it.
@Suite("A complex step against forward mode")
struct ComplexStepSweepTests {
  /// What has no complex form: the error function, what is rounded to single precision, products of an axis; and what
  /// counts as a constant because a graph says so.
  private static let others = [
    "erf", "gelu", "cast", "reduce_product", "stop_gradient",
  ]

  private func isOther(_ sweepCase: SweepCase) -> Bool {
    Self.others.contains(sweepCase.description)
  }

  @Test(
    "of every operator",
    arguments: OperatorSweep.elementwise + OperatorSweep.structural + OperatorSweep.selecting)
  func sweep(_ sweepCase: SweepCase) throws {
    for shape in [[1, 1], [3, 5]] {
      let builder = GraphBuilder("sweep")
      var inputs: [Value] = []
      var tangents: [Value] = []
      var sources: [String: Tensor] = [:]
      var point: [String: ComplexTensor] = [:]
      for (index, extents) in sweepCase.inputs(shape).enumerated() {
        let type = TensorType(.f64, extents: extents)
        inputs.append(builder.input("x\(index)", .f64, type.shape))
        tangents.append(builder.input("t\(index)", .f64, type.shape))
        let value = try Tensor.random(
          type, seed: UInt64(index), from: sweepCase.low, to: sweepCase.high)
        let tangent = try Tensor.random(type, seed: UInt64(31 + index))
        (sources["x\(index)"], sources["t\(index)"]) = (value, tangent)
        point["x\(index)"] = ComplexTensor(
          value,
          imaginary: try Tensor(.f64(tangent.doubles.map { $0 * 0x1p-333 }), extents: extents))
        point["t\(index)"] = ComplexTensor(tangent)
      }
      let y = try sweepCase.function(builder, inputs)
      builder.output("y", y)
      builder.output(
        "forward", jacobianVectorProduct(of: [y], withRespectTo: inputs, tangents: tangents)[0])
      let graph = try builder.build()
      let value = try graph.keeping(outputs: ["y"])
      if isOther(sweepCase) {
        guard sweepCase.description != "stop_gradient" else { continue }
        #expect(throws: Diagnostic.self) { try GraphInterpreter.interpret(value, point) }
        continue
      }
      let step = try #require(try GraphInterpreter.interpret(value, point).outputs["y"])
      let forward = try #require(try GraphInterpreter.evaluate(graph, sources).outputs["forward"])
      let slopes = step.imaginary?.doubles.map { $0 * 0x1p333 } ?? forward.doubles.map { _ in 0 }
      #expect(slopes.count == forward.doubles.count)
      for (a, b) in zip(slopes, forward.doubles) {
        #expect(abs(a - b) <= 1e-12 * max(1, abs(b)), "\(sweepCase) on \(shape): \(a), not \(b)")
      }
    }
  }
}
