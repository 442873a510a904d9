import AdjointCodegen
import AdjointCore
import AdjointKernels
import AdjointRuntime
import TestSupport
import Testing

/// Everything that a context allocates counts in the limit, on every back end.
@Suite struct ContextMemoryTests {
  private static let (rows, columns) = (4096, 64)

  /// A softmax of 1 MiB, whose exponentials are a local of 1 MiB.
  private func softmax() throws -> VerifiedPlan {
    let type = TensorType(.f32, extents: [Self.rows, Self.columns])
    return try VerifiedPlan(
      verifying: SinglePlan(
        .group(EveryKernelPlan.softmax(rows: Self.rows, columns: Self.columns)), operands: [type],
        results: [type]
      ).plan)
  }

  private func executable(
    _ plan: VerifiedPlan, limit: Int = .max, threads: Int = 1, _ backend: Backend
  ) throws -> LoadedPlan {
    try LoadedPlan(
      plan,
      options: ExecutionOptions(threads: threads, maximumArenaByteCount: limit, backend: backend))
  }

  @Test func localsOfPortableGroupsCount() throws {
    let plan = try softmax()
    let memory = try executable(plan, .portable).memory
    #expect(memory.arena == plan.plan.arenaByteCount)
    #expect(memory.locals == 4 * (Self.rows * Self.columns + 2 * Self.rows))
    #expect(memory.total == memory.arena + memory.locals + memory.scratch + memory.partials)
    let error = #expect(throws: Diagnostic.self) {
      try executable(plan, limit: memory.arena + memory.locals / 2, .portable)
    }
    #expect(error?.code == .memoryLimit)
    #expect(error?.message.contains("needs 3.1 MiB (2.1 MiB of values, 1.1 MiB of locals") == true)
    #expect(error?.message.contains("the limit is 2.6 MiB") == true)
  }

  @Test(.enabled(if: CodeGenerator.installed != nil))
  func generatedGroupsKeepALittleForEachThread() throws {
    let memory = try executable(softmax(), .generated).memory
    #expect(memory.locals == 0)
    #expect(memory.scratch > 0 && memory.scratch < 1 << 16)
  }

  @Test(arguments: Backend.allCases)
  func eachThreadCounts(_ backend: Backend) throws {
    let plan = try softmax()
    let one = try executable(plan, backend).memory
    let four = try executable(plan, threads: 4, backend).memory
    #expect(four.scratch == 4 * one.scratch)
    #expect(four.arena == one.arena && four.locals == one.locals)
    // To the byte: what is needed is enough, and one less is not.
    for (threads, memory) in [(1, one), (4, four)] {
      _ = try executable(plan, limit: memory.total, threads: threads, backend)
      let error = #expect(throws: Diagnostic.self) {
        try executable(plan, limit: memory.total - 1, threads: threads, backend)
      }
      #expect(error?.code == .memoryLimit)
    }
  }

  @Test(arguments: Backend.allCases)
  func whatIsAllocatedIsEnough(_ backend: Backend) throws {
    let plan = try softmax()
    let context = try PlanContext(
      executable(
        plan, limit: executable(plan, threads: 3, backend).memory.total, threads: 3, backend))
    try context.write(
      Tensor.random(TensorType(.f32, extents: [Self.rows, Self.columns]), seed: 1), toInput: 0)
    try context.run()
    let sums = try context.read(output: 0).doubles.reduce(0, +)
    #expect((sums - Double(Self.rows)).magnitude < 1e-2)
  }

  @Test(arguments: Backend.allCases)
  func localsThatNoMemoryHoldsAreRefused(_ backend: Backend) throws {
    // A row for each of 2⁴⁰ numbers, the last of which is kept.
    let rows = 1 << 40
    let row = Access(.f32, extents: [rows], map: .identity(rank: 1))
    var program = ScalarProgram()
    let one = program.append(.constant(ScalarLiteral(1, .f32)), .f32)
    let nest = LoopNest(
      extents: [rows], inputs: [], program: program,
      outputs: [
        .init(.result(0), step: one, access: row), .init(.local(0), step: one, access: row),
      ])
    let group = FusionGroup(
      rows: rows, operandCount: 0, resultCount: 1,
      locals: [.init(scalarType: .f32, elementCount: rows)],
      stages: [.init(nest: nest, rowAxes: 1)])
    let plan = try VerifiedPlan(
      verifying: SinglePlan(
        .group(group), operands: [], results: [TensorType(.f32, extents: [rows])]
      ).plan)
    let error = #expect(throws: Diagnostic.self) { try executable(plan, limit: 1 << 40, backend) }
    #expect(error?.code == .memoryLimit)
  }
}
