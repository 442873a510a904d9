import AdjointCore
import AdjointKernels
import AdjointRuntime
import AllocationCounting
import TestSupport
import Testing

/// Runs that are watched do what others do, and what was seen is all of it.
@Suite("Recorded runs") struct RecordedRunTests {
  /// y = exp(x) over many rows, z = Σ y, and what a product makes of y: steps that threads share.
  private static func plan(rows: Int) throws -> Plan {
    var plan = Plan()
    let type = TensorType(.f32, extents: [rows, 64])
    let square = TensorType(.f32, extents: [64, 64])
    func buffer(_ type: TensorType, _ role: Plan.Buffer.Role) -> BufferNumber {
      let number = plan.buffers.add(.init(type: type, offset: plan.arenaByteCount, role: role))
      plan.arenaByteCount += (plan.buffers[number].byteCount + 63) / 64 * 64
      return number
    }
    let (x, w) = (buffer(type, .input), buffer(square, .input))
    let (y, z) = (buffer(type, .temporary), buffer(type, .temporary))
    plan.inputs = [.init(name: "x", buffer: x), .init(name: "w", buffer: w)]
    plan.outputs = [.init(name: "y", buffer: y), .init(name: "z", buffer: z)]
    plan.kernels = [
      .loopNest(
        try .elementwise(operands: [type], result: type) { program, x in
          program.append(.unary(.exp, x[0]), .f32)
        }),
      .contraction(
        Contraction(
          .f32, batch: 1, rows: rows, columns: 64, inner: 64,
          left: .init(batchStride: 0, rowStride: 64, columnStride: 1),
          right: .init(batchStride: 0, rowStride: 64, columnStride: 1))),
    ]
    plan.steps = [
      .init(kernel: 0, operands: [x], results: [y], label: "y"),
      .init(kernel: 1, operands: [y, w], results: [z], label: "z"),
    ]
    plan.lowerBoundByteCount = plan.arenaByteCount
    return plan
  }

  private func context(rows: Int, threads: Int, portable: Bool = false) throws -> PlanContext {
    let plan = try VerifiedPlan(verifying: Self.plan(rows: rows))
    let options = ExecutionOptions(
      threads: threads, backend: portable ? .portable : ExecutionEngine.tests.backend)
    let context = try PlanContext(LoadedPlan(plan, options: options))
    try context.write(.random(TensorType(.f32, extents: [rows, 64]), seed: 1), toInput: "x")
    try context.write(.random(TensorType(.f32, extents: [64, 64]), seed: 2), toInput: "w")
    return context
  }

  @Test("give the same bits as others", arguments: [1, 2, 3], [false, true])
  func sameBits(threads: Int, portable: Bool) throws {
    let context = try context(rows: 4096, threads: threads, portable: portable)
    try context.run()
    let wanted = [try context.read(output: "y"), try context.read(output: "z")]
    let recorder = context.makeRecorder()
    try context.write(.random(TensorType(.f32, extents: [4096, 64]), seed: 3), toInput: "x")
    try context.run(recordedBy: recorder)
    #expect(try context.read(output: "z") != wanted[1])
    try context.write(.random(TensorType(.f32, extents: [4096, 64]), seed: 1), toInput: "x")
    try context.run(recordedBy: recorder)
    #expect([try context.read(output: "y"), try context.read(output: "z")] == wanted)
  }

  @Test("see each step once, in order, and within it each work item once", arguments: [1, 2, 3])
  func spans(threads: Int) throws {
    let context = try context(rows: 4096, threads: threads)
    let recorder = context.makeRecorder()
    for _ in 0..<3 {
      try context.run(recordedBy: recorder)
      let spans = recorder.spans
      let steps = spans.filter { $0.piece == nil }
      #expect(steps.map(\.step) == [0, 1])
      #expect(steps.allSatisfy { $0.worker == 0 && $0.items.isEmpty && $0.duration > 0 })
      #expect(steps[0].end == steps[1].start && steps[1].end <= recorder.duration)
      #expect(steps[0].start >= 0)
      let shared = Set(context.loaded.sharedSteps)
      #expect((threads == 1) == shared.isEmpty)
      let parts = spans.filter { $0.piece != nil }
      #expect(Set(parts.map(\.step)) == shared)
      #expect(parts.allSatisfy { $0.worker < threads && $0.duration >= 0 && !$0.items.isEmpty })
      for part in parts {
        let step = steps[part.step.rawValue]
        #expect(part.start >= step.start && part.end <= step.end)
      }
      for (_, items) in Dictionary(grouping: parts, by: { [$0.step.rawValue, $0.piece ?? -1] }) {
        let numbers = items.flatMap(\.items).sorted()
        #expect(numbers == Array(0..<numbers.count) && numbers.count > 1)
      }
    }
  }

  @Test("refuse missing inputs as others do")
  func missingInputs() throws {
    let context = try PlanContext(LoadedPlan(verifying: Self.plan(rows: 8)))
    let recorder = context.makeRecorder()
    let plain = #expect(throws: Diagnostic.self) { try context.run() }
    let watched = #expect(throws: Diagnostic.self) { try context.run(recordedBy: recorder) }
    #expect(plain == watched && plain?.code == .missingInput)
    #expect(recorder.spans.isEmpty)
  }

  @Test("allocate nothing after one like them, and others nothing at all", arguments: [1, 2])
  func allocations(threads: Int) throws {
    let context = try context(rows: 4096, threads: threads)
    let recorder = context.makeRecorder()
    try context.run()
    for _ in 0..<3 { try context.run(recordedBy: recorder) }
    let before = adjoint_thread_allocation_count()
    for _ in 0..<5 { try context.run() }
    let after = adjoint_thread_allocation_count()
    #expect(after == before)
    guard threads == 1 else { return }
    let beforeWatched = adjoint_thread_allocation_count()
    for _ in 0..<5 { try context.run(recordedBy: recorder) }
    let afterWatched = adjoint_thread_allocation_count()
    #expect(afterWatched == beforeWatched)
  }
}
