import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses
import TestSupport
import Testing

@Suite("A JVP made of two VJPs against forward mode")
struct ReverseTangentTests {
  @Test(
    "of every operator",
    arguments: OperatorSweep.elementwise + OperatorSweep.structural + OperatorSweep.selecting)
  func sweep(_ sweepCase: SweepCase) throws {
    for shape in [[1, 1], [3, 5]] {
      let builder = GraphBuilder("sweep")
      var inputs: [Value] = []
      var tangents: [Value] = []
      var sources: [String: Tensor] = [:]
      for (index, extents) in sweepCase.inputs(shape).enumerated() {
        let type = TensorType(.f64, extents: extents)
        inputs.append(builder.input("x\(index)", .f64, type.shape))
        tangents.append(builder.input("t\(index)", .f64, type.shape))
        sources["x\(index)"] = try .random(
          type, seed: UInt64(index), from: sweepCase.low, to: sweepCase.high)
        sources["t\(index)"] = try .random(type, seed: UInt64(31 + index))
      }
      let y = [try sweepCase.function(builder, inputs)]
      builder.output(
        "forward", jacobianVectorProduct(of: y, withRespectTo: inputs, tangents: tangents)[0])
      builder.output(
        "twice",
        jacobianVectorProductByReverse(of: y, withRespectTo: inputs, tangents: tangents)[0])
      let outputs = try GraphInterpreter.evaluate(builder.build(), sources).outputs
      let forward = try #require(outputs["forward"])
      let rounds = sweepCase.description == "cast"
      #expect(
        DerivativeCheck.disagreement(forward, outputs["twice"], roundoff: 1e-14)
          < (rounds ? 1e-6 : 1e-12), "\(sweepCase) on \(shape)")
      #expect(forward.doubles.allSatisfy { $0.isFinite })
    }
  }
}
