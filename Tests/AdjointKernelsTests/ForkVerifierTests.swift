import AdjointCore
import AdjointKernels
import Testing

/// Forks in the sample plan, of which step 4 writes half of f, step 5 the next w, and step 6 the next v.
@Suite("The verifier of forks")
struct ForkVerifierTests {
  private func plan(_ forks: [[Range<PlanStepNumber>]]) throws -> Plan {
    var plan = try PlanSample.plan()
    plan.forks = forks.map { Plan.Fork(branches: $0) }
    return plan
  }

  @Test(
    "accepts branches that do not meet",
    arguments: [[[4..<5, 5..<6]], [[5..<6, 6..<7]], [[3..<5, 5..<6]]])
  func accepts(_ forks: [[Range<PlanStepNumber>]]) throws {
    _ = try VerifiedPlan(verifying: plan(forks))
  }

  @Test(
    "refuses",
    arguments: [
      ([[]], "less than two branches"),
      ([[4..<5]], "less than two branches"),
      ([[4..<5, 6..<7]], "no range of steps from 5 on"),
      ([[4..<4, 4..<5]], "no range of steps from 4 on"),
      ([[6..<7, 7..<8]], "no range of steps from 7 on"),
      ([[4..<5, 5..<6], [5..<6, 6..<7]], "begins before step 6"),
      ([[5..<6, 6..<7], [3..<4, 4..<5]], "begins before step 7"),
      // A value that one branch writes and the other reads.
      ([[1..<2, 2..<3]], "share the bytes"),
      ([[4..<6, 6..<7]], "share the bytes"),
      // Two parts of one value.
      ([[3..<4, 4..<5]], "share the bytes"),
    ] as [([[Range<PlanStepNumber>]], String)])
  func refuses(_ forks: [[Range<PlanStepNumber>]], _ message: String) throws {
    let plan = try plan(forks)
    let diagnostic = #expect(throws: Diagnostic.self) { _ = try VerifiedPlan(verifying: plan) }
    #expect(diagnostic?.code == .invalidPlan)
    #expect(diagnostic?.message.contains(message) == true, "\(diagnostic?.message ?? "")")
  }

  @Test("refuses bytes that one branch gives to the next")
  func refusesReuse() throws {
    var plan = try plan([])
    // Step 5 comes third and writes a value of its own, where the other branch keeps e.
    plan.steps.insert(plan.steps.remove(at: 5), at: 3)
    plan.forks = [Plan.Fork(branches: [2..<3, 3..<4])]
    _ = try VerifiedPlan(verifying: plan)
    plan.buffers[8].role = .temporary
    plan.buffers[8].offset = 320
    let diagnostic = #expect(throws: Diagnostic.self) { _ = try VerifiedPlan(verifying: plan) }
    #expect(diagnostic?.message.contains("two branches of the fork at step 2") == true)
  }

  @Test("are printed behind the steps")
  func printed() throws {
    let text = PlanPrinter.text(try plan([[3..<5, 5..<6]]))
    #expect(text.contains("\n\nforks\n  3–4 | 5–5\n\nbuffers\n"))
    #expect(!PlanPrinter.text(try plan([])).contains("forks"))
  }

  @Test("are times at which steps may run")
  func times() {
    let times = StepTimes(stepCount: 6, forks: [Plan.Fork(branches: [1..<3, 3..<4])])
    let moments = [Moment.before] + (0..<6).map { .step($0) } + [.after]
    #expect(moments.map { times.first($0).place(in: 6) } == [0, 1, 2, 2, 2, 5, 6, 7])
    #expect(moments.map { times.last($0).place(in: 6) } == [0, 1, 4, 4, 4, 5, 6, 7])
    #expect((0..<6).map { times.stepsBeside($0) } == [[], [3], [3], [1, 2], [], []])
  }
}
