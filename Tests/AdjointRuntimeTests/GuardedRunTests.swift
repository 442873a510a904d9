import AdjointCore
import AdjointGraph
import AdjointKernels
import AdjointLowering
import AdjointRuntime
import TestSupport
import Testing

/// Plans run with guards around all of their buffers, on both back ends.
@Suite("Plans with guards around every buffer")
struct GuardedRunTests {
  /// What a plan computes in two runs, and what is left in the guards.
  private struct Outcome {
    var tensors: [[String: Tensor]] = []
    var guards: [Tensor] = []
  }

  private func run(
    _ executable: LoadedPlan, guards: [String] = [], seed: UInt64
  ) throws -> Outcome {
    let plan = executable.plan
    let context = try PlanContext(executable)
    for (number, port) in plan.parameters.enumerated() {
      try context.writeParameter(
        .random(plan.buffers[port.buffer].type, seed: seed &+ UInt64(number)), at: number)
    }
    var outcome = Outcome()
    for round in 0..<2 as Range<UInt64> {
      for (number, port) in plan.inputs.enumerated() {
        let type = plan.buffers[port.buffer].type
        let bound = type.scalarType.isInteger ? 3.0 : 2.0
        try context.write(
          .random(type, seed: seed &* 31 &+ UInt64(number) &+ round, from: -bound, to: bound),
          toInput: number)
      }
      try context.run()
      var found: [String: Tensor] = [:]
      for (number, port) in plan.outputs.enumerated() where !guards.contains(port.name) {
        found["output \(port.name)"] = try context.read(output: number)
      }
      for (number, port) in plan.parameters.enumerated() {
        found["parameter \(port.name)"] = try context.readParameter(at: number)
      }
      outcome.tensors.append(found)
    }
    outcome.guards = try guards.map { try context.read(output: $0) }
    return outcome
  }

  /// Expects the same bits from a plan and from one that has guards, and that these stay intact.
  private func expectIntact(_ verified: VerifiedPlan, seed: UInt64, _ what: String) throws {
    let guarded = GuardedPlan(verified.plan)
    let apart = try VerifiedPlan(verifying: guarded.plan)
    for backend in Backend.allCases {
      for threads in [1, 3] {
        let options = ExecutionOptions(threads: threads, backend: backend)
        let plain = try run(LoadedPlan(verified, options: options), seed: seed)
        let found = try run(
          LoadedPlan(apart, options: options), guards: guarded.guards, seed: seed)
        #expect(
          zip(found.tensors, plain.tensors).allSatisfy { $0.agrees(with: $1) },
          "\(what) on \(threads) \(backend)")
        #expect(found.guards.count > guarded.plan.buffers.count / 3)
        #expect(
          found.guards.allSatisfy(GuardedPlan.isIntact), "\(what) on \(threads) \(backend)")
      }
    }
  }

  @Test("of random graphs", arguments: RandomSets.seeds(from: 1, 20, full: 150))
  func randomGraphs(seed: Int) throws {
    let graph = try RandomKernelGraph.graph(seed: UInt64(seed), nodeCount: 6 + seed % 25)
    var options = LoweringOptions()
    options.leastForkGain = seed % 2 == 0 ? 1 : 4_000
    if seed % 3 == 0 { options.pipeline = options.pipeline.without(.producerFusion) }
    if seed % 5 == 0 {
      options.pipeline = options.pipeline.without(.sharedMatrixVectorFusion, .rowFusion)
    }
    options.writesInPlace = seed % 7 > 0
    try expectIntact(
      graph.lowered(options), seed: UInt64(seed), "\(graph)\n\(options)")
  }

  @Test("of every kernel")
  func everyKernel() throws {
    try expectIntact(VerifiedPlan(verifying: EveryKernelPlan.plan()), seed: 3, "every kernel")
  }

  /// A number that the verifier lets pass is one that the back ends can take.
  @Test("with a hostile number in one field")
  func mutations() throws {
    let plan = try EveryKernelPlan.plan()
    let accepted = PlanMutation.all(of: plan).compactMap { mutation in
      (try? VerifiedPlan(verifying: mutation(plan))).map { (mutation, $0) }
    }
    #expect(accepted.count > 100)
    for (mutation, verified) in accepted {
      try expectIntact(verified, mutation, .portable)
    }
    // Each is compiled anew.
    for (mutation, verified) in RandomSets.sample(60, of: accepted, seed: 5) {
      try expectIntact(verified, mutation, .generated)
    }
  }

  private func expectIntact(
    _ verified: VerifiedPlan, _ mutation: PlanMutation, _ backend: Backend
  ) throws {
    let guarded = GuardedPlan(verified.plan)
    let apart = try VerifiedPlan(verifying: guarded.plan)
    let executable: LoadedPlan
    do {
      executable = try LoadedPlan(
        apart,
        options: ExecutionOptions(
          threads: 2, maximumArenaByteCount: 1 << 24, backend: backend))
    } catch {
      #expect(error.code == .memoryLimit, "\(mutation): \(error)")
      return
    }
    guard verified.plan.isDone(within: 1 << 20) else { return }
    let found = try run(executable, guards: guarded.guards, seed: 1)
    #expect(found.guards.allSatisfy(GuardedPlan.isIntact), "\(mutation) on \(backend)")
  }
}
