import AdjointCore
import AdjointKernels
import Testing

@Suite("The plan interpreter")
struct PlanInterpreterTests {
  private func identity(_ scale: Float) throws -> Tensor {
    try Tensor((0..<16).map { $0 % 5 == 0 ? scale : 0 } as [Float], extents: [4, 4])
  }

  @Test("runs the sample plan and hands its parameters on")
  func sample() throws {
    var interpreter = try PlanInterpreter(
      VerifiedPlan(verifying: PlanSample.plan()),
      parameters: ["w": identity(2), "v": Tensor(repeating: 9, .f32, extents: [8])])
    let a = try identity(3)
    let first = try interpreter.run(["a": a])
    #expect(first["f"]?.extents == [2, 4])
    #expect(first["f"]?.floats == [6, 6, 6, 6, 1, 2, 3, 4])
    let half = try identity(0.5)
    #expect(first["next"] == half)
    let parameters = try interpreter.parameters()
    #expect(parameters["w"] == half)
    #expect(parameters["v"]?.floats == [6, 6, 6, 6, 1, 2, 3, 4])
    let second = try interpreter.run(["a": a])
    #expect(second["f"]?.floats == [1.5, 1.5, 1.5, 1.5, 1, 2, 3, 4])
  }

  @Test("overwrites a value that was freed, so that it reads as NaN")
  func poison() throws {
    let plan = try PlanSample.plan()
    var interpreter = try PlanInterpreter(
      VerifiedPlan(verifying: plan),
      parameters: ["w": identity(2), "v": Tensor(repeating: 9, .f32, extents: [8])])
    _ = try interpreter.run(["a": identity(3)])
    // d and e are freed, the output f is not.
    for buffer in [plan.buffers[5], plan.buffers[6]] {
      let bytes = interpreter.arena[buffer.offset..<buffer.offset + buffer.byteCount]
      #expect(bytes.allSatisfy { $0 == PlanInterpreter.poison })
    }
    let output = plan.buffers[7]
    let bytes = interpreter.arena[output.offset..<output.offset + output.byteCount]
    #expect(!bytes.contains(PlanInterpreter.poison))
  }

  @Test("asks for what is missing")
  func missing() throws {
    let plan = try VerifiedPlan(verifying: PlanSample.plan())
    let none = #expect(throws: Diagnostic.self) { try PlanInterpreter(plan) }
    #expect(none?.code == .missingInput)
    var interpreter = try PlanInterpreter(
      plan, parameters: ["w": identity(2), "v": Tensor(repeating: 9, .f32, extents: [8])])
    let wrong = #expect(throws: Diagnostic.self) {
      try interpreter.run(["a": Tensor(scalar: 1, .f32)])
    }
    #expect(wrong?.code == .shapeMismatch)
  }
}
