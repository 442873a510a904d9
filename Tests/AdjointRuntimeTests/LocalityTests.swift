import AdjointCodegen
import AdjointCore
import AdjointKernels
import AdjointRuntime
import TestSupport
import Testing

/// Where steps find what they read, in a plan whose steps are all the same kernel.
@Suite struct LocalityTests {
  /// A plan with buffers of so many numbers at offsets, and steps from buffers to buffers.
  private func plan(
    _ buffers: [(count: Int, offset: Int, role: Plan.Buffer.Role)],
    _ steps: [(operands: [BufferNumber], results: [BufferNumber])]
  ) -> Plan {
    var plan = Plan()
    for buffer in buffers {
      plan.buffers.append(
        Plan.Buffer(
          type: TensorType(.f32, Shape(extents: [buffer.count])), offset: buffer.offset,
          role: buffer.role))
    }
    for (number, step) in steps.enumerated() {
      plan.steps.append(
        Plan.Step(kernel: 0, operands: step.operands, results: step.results, label: "\(number)"))
    }
    return plan
  }

  /// Of each step whether it reads mostly what several threads wrote, where they share certain steps.
  private func spread(_ plan: Plan, shared: Set<String>) -> [Bool] {
    plan.localities { step, _ in shared.contains(step.label) }.map(\.operandsAreSharedAcrossCores)
  }

  @Test func isSpreadWhereThreadsSharedWhatIsRead() {
    let chain = plan(
      [(16, 0, .input), (16, 64, .temporary), (16, 128, .temporary), (16, 192, .temporary)],
      [([0], [1]), ([1], [2]), ([2], [3])])
    #expect(spread(chain, shared: []) == [false, false, false])
    #expect(spread(chain, shared: ["0"]) == [false, true, false])
    #expect(spread(chain, shared: ["1"]) == [false, false, true])
    #expect(spread(chain, shared: ["0", "1", "2"]) == [false, true, true])
  }

  @Test func isSpreadWhereMostBytesAre() {
    let sum = plan(
      [(64, 0, .input), (32, 256, .temporary), (16, 384, .temporary), (64, 448, .temporary)],
      [([0], [1]), ([0], [2]), ([1, 2], [3])])
    #expect(spread(sum, shared: ["0"]) == [false, false, true])
    #expect(spread(sum, shared: ["1"]) == [false, false, false])
  }

  @Test func countsWhatTheRunBeforeLeft() {
    let update = plan(
      [(16, 0, .parameter), (16, 64, .temporary), (16, 0, .inPlace(of: 0))],
      [([0], [1]), ([0, 1], [2])])
    #expect(spread(update, shared: []) == [false, false])
    #expect(spread(update, shared: ["1"]) == [true, false])
  }

  @Test func followsRunsUntilNothingChanges() {
    // Each step but the last is shared only if what it reads was: one run passes that on by one or two.
    let ring = plan(
      [(16, 0, .parameter), (16, 64, .parameter), (16, 128, .parameter)],
      [([0], [0]), ([1], [2]), ([2], [0]), ([0], [1])])
    let found = ring.localities { step, locality in
      step.label == "3" || locality.operandsAreSharedAcrossCores
    }
    #expect(found.map(\.operandsAreSharedAcrossCores) == [true, true, true, true])
    #expect(spread(ring, shared: ["3"]) == [false, true, false, false])
  }

  @Test func followsBytesAndNotBuffers() {
    // The third buffer lies where the first was, the fourth shows the third.
    let reuse = plan(
      [(16, 0, .temporary), (16, 64, .temporary), (16, 0, .temporary), (16, 0, .view(of: 2))],
      [([], [0]), ([0], [1]), ([1], [2]), ([3], [1])])
    #expect(spread(reuse, shared: ["0"]) == [false, true, false, false])
    #expect(spread(reuse, shared: ["2"]) == [false, false, false, true])
  }

  @Test func letsAStepBeSharedBecauseOfWhatItReads() {
    let chain = plan(
      [(16, 0, .input), (16, 64, .temporary), (16, 128, .temporary), (16, 192, .temporary)],
      [([0], [1]), ([1], [2]), ([2], [3])])
    let found = chain.localities { step, locality in
      step.label == "0" || locality.operandsAreSharedAcrossCores
    }
    #expect(found.map(\.operandsAreSharedAcrossCores) == [false, true, true])
  }

  @Test func isSettledWhereNothingWritesTheLargestOperand() {
    let product = plan(
      [(64, 0, .parameter), (16, 256, .input), (16, 320, .temporary), (64, 0, .inPlace(of: 0))],
      [([0, 1], [2]), ([0, 2], [3])])
    var read = product
    read.steps.removeLast()
    read.buffers.removeLast()
    let (settled, written) = (
      read.localities { _, _ in false }, product.localities { _, _ in false }
    )
    #expect(settled.map(\.largestOperandIsRunInvariant) == [true])
    #expect(written.map(\.largestOperandIsRunInvariant) == [false, false])
  }

  // MARK: Steps that threads share

  /// A product, if there is one, and the sum of a number and each element of its result or of an input.
  private func sum(of count: Int, behindProduct: Bool) -> Plan {
    var program = ScalarProgram()
    let x = program.append(.load(input: 0), .f32)
    let one = program.append(.constant(ScalarLiteral(1, .f32)), .f32)
    let y = program.append(.binary(.add, x, one), .f32)
    let access = Access(.f32, extents: [count], map: .identity(rank: 1))
    let nest = LoopNest(
      extents: [count], inputs: [.init(operand: 0, access: access)], program: program,
      outputs: [.init(result: 0, step: y, access: access)])
    let layout = Contraction.Layout(batchStride: 0, rowStride: 256, columnStride: 1)
    let product = Contraction(
      .f32, batch: 1, rows: count / 256, columns: 256, inner: 256, left: layout, right: layout)
    let size = 4 * count
    let end = size + 1 << 18
    var plan =
      behindProduct
      ? plan(
        [
          (count, 0, .input), (256 * 256, size, .input), (count, end + size, .temporary),
          (count, end, .temporary),
        ], [([0, 1], [3]), ([3], [2])])
      : plan(
        [(count, 0, .input), (256 * 256, size, .input), (count, end, .temporary)], [([0], [2])])
    plan.kernels = behindProduct ? [.contraction(product), .loopNest(nest)] : [.loopNest(nest)]
    plan.steps[behindProduct ? 1 : 0].kernel = plan.kernels.count - 1
    plan.inputs = [.init(name: "a", buffer: 0), .init(name: "b", buffer: 1)]
    plan.outputs = [.init(name: "y", buffer: 2)]
    plan.arenaByteCount = end + (behindProduct ? 2 : 1) * size
    // All of it is live when the last step runs.
    plan.lowerBoundByteCount = plan.arenaByteCount
    return plan
  }

  private func sharedSteps(_ plan: Plan, threads: Int) throws -> [PlanStepNumber] {
    try LoadedPlan(
      verifying: plan, options: ExecutionOptions(threads: threads, backend: .generated)
    ).sharedSteps
  }

  @Test(.enabled(if: CodeGenerator.installed != nil))
  func sharesAShortStepOnlyBehindOneThatIsShared() throws {
    // As long a step whatever the vectors hold.
    let count = MachineModel.thisMachine.vectorByteCount << 11
    #expect(try sharedSteps(sum(of: count, behindProduct: true), threads: 2) == [0, 1])
    #expect(try sharedSteps(sum(of: count, behindProduct: true), threads: 1) == [])
    #expect(try sharedSteps(sum(of: count, behindProduct: false), threads: 2) == [])
    #expect(try sharedSteps(sum(of: count * 8, behindProduct: false), threads: 2) == [0])
    // A step that takes hardly longer than to say that it is there is never shared.
    #expect(try sharedSteps(sum(of: count / 8, behindProduct: true), threads: 2) == [0])
  }

  @Test(.enabled(if: CodeGenerator.installed != nil))
  func computesTheSameOnAnyNumberOfThreads() throws {
    let count = 1 << 17
    let random = CounterBasedRandom(seed: 5)
    func tensor(_ count: Int, _ start: UInt64) throws -> Tensor {
      try Tensor(
        (0..<count).map { Float(random.bits(at: start + UInt64($0)).0 % 1000) / 7 },
        extents: [count])
    }
    let results = try [1, 2, 5].map { threads in
      let executable = try LoadedPlan(
        verifying: sum(of: count, behindProduct: true),
        options: ExecutionOptions(threads: threads, backend: .generated))
      let context = try PlanContext(executable)
      try context.write(tensor(count, 0), toInput: 0)
      try context.write(tensor(256 * 256, 1 << 32), toInput: 1)
      try context.run()
      return try context.read(output: 0).floats.map(\.bitPattern)
    }
    #expect(Set(results).count == 1)
    #expect(results[0].contains { $0 != results[0][0] })
  }
}
