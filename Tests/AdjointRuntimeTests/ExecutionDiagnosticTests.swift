import AdjointCore
import AdjointKernels
import AdjointRuntime
import Testing

@Suite struct ExecutionDiagnosticTests {
  private func nest(_ extents: [Int] = [2, 3], index: [AxisIndex]? = nil) -> LoopNest {
    var program = ScalarProgram()
    program.append(.load(input: 0), .f32)
    let map = index.map { IndexMap($0) } ?? .identity(rank: extents.count)
    return LoopNest(
      extents: extents,
      inputs: [.init(operand: 0, access: Access(.f32, extents: [2, 3], map: map))],
      program: program,
      outputs: [
        .init(
          result: 0, step: 0,
          access: Access(.f32, extents: extents, map: .identity(rank: extents.count)))
      ])
  }

  private func plan(_ nest: LoopNest? = nil) -> Plan {
    let type = TensorType(.f32, extents: [2, 3])
    return SinglePlan(
      .loopNest(nest ?? self.nest()), operands: [type], results: [type]
    ).plan
  }

  private func context() throws -> PlanContext {
    try PlanContext(LoadedPlan(verifying: plan()))
  }

  private func diagnostic(_ body: () throws -> Void) -> Diagnostic? {
    do { try body() } catch { return error as? Diagnostic }
    return nil
  }

  @Test func missingInputsAreListed() throws {
    let context = try context()
    let error = diagnostic { try context.run() }
    #expect(error?.code == .missingInput)
    #expect(error?.notes == ["input0: f32[2, 3]"])
    try context.write([1, 2, 3, 4, 5, 6] as [Float], toInput: 0)
    try context.run()
    #expect(try context.read(output: "output0").floats == [1, 2, 3, 4, 5, 6])
  }

  @Test func wrongInputsAreRefusedWithBothTypes() throws {
    let context = try context()
    let shape = diagnostic {
      try context.write(Tensor([1, 2] as [Float]), toInput: "input0")
    }
    #expect(shape?.code == .shapeMismatch)
    #expect(
      shape?.message
        == "input input0 is f32[2, 3], but was given f32[2]; convert or reshape it")
    let scalarType = diagnostic {
      try context.write(Tensor(repeating: 0, .f64, extents: [2, 3]), toInput: "input0")
    }
    #expect(scalarType?.code == .scalarTypeMismatch)
    #expect(scalarType?.message.contains("f64[2, 3]") == true)
    #expect(diagnostic { try context.write([1] as [Float], toInput: 0) }?.code == .shapeMismatch)
    #expect(
      diagnostic { try context.write([1] as [Double], toInput: 0) }?.code == .scalarTypeMismatch)
  }

  @Test func unknownNamesAndNumbersAreRefused() throws {
    let context = try context()
    let tensor = try Tensor(repeating: 0, .f32, extents: [2, 3])
    let name = diagnostic { try context.write(tensor, toInput: "x") }
    #expect(name?.code == .unknownName)
    #expect(name?.message == "there is no input x; the inputs are input0")
    #expect(diagnostic { _ = try context.read(output: "y") }?.code == .unknownName)
    #expect(diagnostic { _ = try context.readParameter(named: "w") }?.code == .unknownName)
    #expect(diagnostic { _ = try context.read(output: 9) }?.code == .invalidArgument)
    #expect(diagnostic { try context.write(tensor, toInput: -1) }?.code == .invalidArgument)
    #expect(diagnostic { _ = try context.readScalar(output: 0) }?.code == .notRun)
    try context.write(tensor, toInput: 0)
    try context.run()
    #expect(diagnostic { _ = try context.readScalar(output: 0) }?.code == .shapeMismatch)
    var short: [Float] = [0]
    #expect(diagnostic { try context.read(output: 0, into: &short) }?.code == .shapeMismatch)
  }

  @Test func anArenaBeyondTheLimitIsRefused() throws {
    func copy(of count: Int) throws -> Plan {
      let type = TensorType(.f32, extents: [count])
      let nest = try LoopNest.elementwise(operands: [type], result: type) { _, x in x[0] }
      return SinglePlan(.loopNest(nest), operands: [type], results: [type]).plan
    }
    let options = ExecutionOptions(maximumArenaByteCount: 3 << 20)
    let large = try copy(of: 655_000)
    let error = diagnostic { _ = try LoadedPlan(verifying: large, options: options) }
    #expect(error?.code == .memoryLimit)
    #expect(error?.message.contains("5.0 MiB") == true)
    #expect(error?.message.contains("3.0 MiB") == true)
    let huge = try copy(of: 1 << 46)
    #expect(diagnostic { _ = try LoadedPlan(verifying: huge) }?.code == .memoryLimit)
  }

  @Test func plansThatReachOutsideTheirBuffersAreRefused() throws {
    var plans: [Plan] = [
      plan(nest(index: [AxisIndex(axis: 0), AxisIndex(axis: 1, start: 1)])),
      plan(nest(index: [AxisIndex(axis: 0, step: -1), AxisIndex(axis: 1)])),
      plan(nest(index: [AxisIndex(axis: 0, step: .max), AxisIndex(axis: 1)])),
      plan(nest(index: [AxisIndex(axis: 2), AxisIndex(axis: 1)])),
      plan(nest([3, 2])),
      plan(nest([-1, 3])),
      plan(nest([.max, .max])),
    ]
    var outside = plan()
    outside.arenaByteCount = 64
    plans.append(outside)
    var negative = plan()
    negative.buffers[0].offset = -64
    plans.append(negative)
    var unknown = plan()
    unknown.steps[0].kernel = 1
    plans.append(unknown)
    var mistyped = plan()
    mistyped.buffers[0].type = TensorType(.i32, extents: [2, 3])
    plans.append(mistyped)
    for role in [Plan.Buffer.Role.view(of: 9), .view(of: -1), .inPlace(of: 9)] {
      var astray = plan()
      astray.buffers[1].role = role
      plans.append(astray)
    }
    for (number, plan) in plans.enumerated() {
      #expect(
        diagnostic { _ = try LoadedPlan(verifying: plan) }?.code == .invalidPlan, "plan \(number)")
    }
  }

  @Test func productsAndCopiesOutsideTheirBuffersAreRefused() throws {
    let type = TensorType(.f32, extents: [6])
    let index = TensorType(.i32, extents: [2])
    let layout = Contraction.Layout(batchStride: 0, rowStride: 3, columnStride: 1)
    let wide = Contraction.Layout(batchStride: 0, rowStride: 4, columnStride: 1)
    let back = Contraction.Layout(batchStride: 0, rowStride: -3, columnStride: 1)
    for left in [wide, back] {
      let product = Contraction(
        .f32, batch: 1, rows: 2, columns: 3, inner: 3, left: left, right: layout)
      let plan = SinglePlan(
        .contraction(product), operands: [type, TensorType(.f32, extents: [9])],
        results: [type]
      ).plan
      #expect(diagnostic { _ = try LoadedPlan(verifying: plan) }?.code == .invalidPlan)
    }
    let copy = IndexedCopy(.f32, indexType: .i32, outer: 1, extent: 7, inner: 1, count: 2)
    let plan = SinglePlan(.gather(copy), operands: [type, index], results: [index]).plan
    #expect(diagnostic { _ = try LoadedPlan(verifying: plan) }?.code == .invalidPlan)
  }
}
