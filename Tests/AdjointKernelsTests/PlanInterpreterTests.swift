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
      PlanSample.plan(),
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

  @Test("shows a value that was freed too early as NaN")
  func poison() throws {
    var plan = try PlanSample.plan()
    // Not a plan that the verifier lets pass: it shows what is in the bytes of d after the run.
    plan.buffers.append(
      Plan.Buffer(type: TensorType(.f32, extents: [4, 4]), offset: 256, role: .temporary))
    plan.outputs.append(Plan.Port(name: "freed", buffer: 10))
    var interpreter = try PlanInterpreter(
      plan, parameters: ["w": identity(2), "v": Tensor(repeating: 9, .f32, extents: [8])])
    let freed = try #require(try interpreter.run(["a": identity(3)])["freed"])
    #expect(freed.floats.allSatisfy { $0.isNaN })
  }

  @Test("asks for what is missing")
  func missing() throws {
    let plan = try PlanSample.plan()
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
