import AdjointCore
import AdjointGraph
import AdjointKernels
import AdjointLowering
import TestSupport

/// Plans with a field changed: the verifier refuses them, or they run within their arena.
struct PlanCampaign: Campaign {
  static let name = "plans"
  private static let plansPerCampaign = 64 as UInt64

  private var plans: [VerifiedPlan] = []

  init() throws {
    for seed in 0..<Self.plansPerCampaign {
      let graph = try RandomKernelGraph.graph(seed: seed, nodeCount: 4 + Int(seed % 24))
      plans.append(try graph.lowered())
    }
  }

  func input(seed: UInt64) throws -> (bytes: [UInt8], suffix: String) {
    // The printer of plans takes for granted what the verifier is to prove.
    (Array(String(describing: changed(seed).plan).utf8), "plan")
  }

  mutating func run(seed: UInt64, counts: inout Counts) throws {
    let (plan, original, keepsMeaning) = changed(seed)
    counts["inputs"] += 1
    var accepted: VerifiedPlan?
    guard try isAccepted({ accepted = try VerifiedPlan(verifying: plan) }), let accepted else {
      return
    }
    counts["accepted"] += 1
    let found = try accepted.interpreted(seed: seed)
    if keepsMeaning, try found != original.interpreted(seed: seed) {
      throw Finding("an accepted plan computes something else")
    }
  }

  /// A plan with one or two fields changed, the plan it was made of, and whether what is accepted must
  /// compute the same: where only places and orders changed.
  private func changed(
    _ seed: UInt64
  ) -> (plan: Plan, original: VerifiedPlan, keepsMeaning: Bool) {
    var mutation = Mutation(seed: seed)
    let original = plans[mutation.pick(plans.count)]
    var plan = original.plan
    var keepsMeaning = true
    for _ in 0...mutation.pick(2) {
      keepsMeaning = change(&plan, &mutation) && keepsMeaning
    }
    return (plan, original, keepsMeaning)
  }

  private func change(_ plan: inout Plan, _ mutation: inout Mutation) -> Bool {
    let extremes = [-1, 0, 1, 63, 64, 128, 1 << 20, Int.max, Int.min, Int.max - 63]
    let buffer = BufferNumber(mutation.pick(plan.buffers.count))
    let step = PlanStepNumber(mutation.pick(plan.steps.count))
    let other = BufferNumber(
      mutation.pick(4) == 0
        ? extremes[mutation.pick(extremes.count)] : mutation.pick(plan.buffers.count))
    switch mutation.pick(12) {
    case 0, 1:
      plan.buffers[buffer].offset =
        mutation.pick(plan.arenaByteCount / Plan.alignment + 1) * Plan.alignment
      return true
    case 2:
      plan.buffers[buffer].offset = extremes[mutation.pick(extremes.count)]
      return true
    case 3:
      guard !plan.steps.isEmpty else { return true }
      plan.steps.swapAt(step, PlanStepNumber(mutation.pick(plan.steps.count)))
      return true
    case 4:
      plan.arenaByteCount = extremes[mutation.pick(extremes.count)]
      return true
    case 5:
      let roles: [Plan.Buffer.Role] = [
        .temporary, .input, .parameter, .constant, .view(of: other), .inPlace(of: other),
      ]
      plan.buffers[buffer].role = roles[mutation.pick(roles.count)]
    case 6:
      let extents = (0..<mutation.pick(4)).map { _ in
        mutation.pick(5) == 0 ? extremes[mutation.pick(extremes.count)] : mutation.pick(6)
      }
      let types = ScalarType.allCases
      plan.buffers[buffer].type = TensorType(
        types[mutation.pick(types.count)], extents: extents)
    case 7 where !plan.steps.isEmpty && !plan.steps[step].operands.isEmpty:
      plan.steps[step].operands[mutation.pick(plan.steps[step].operands.count)] = other
    case 8 where !plan.steps.isEmpty && !plan.steps[step].results.isEmpty:
      plan.steps[step].results[mutation.pick(plan.steps[step].results.count)] = other
    case 9 where !plan.steps.isEmpty:
      plan.steps[step].kernel =
        mutation.pick(3) == 0
        ? extremes[mutation.pick(extremes.count)] : mutation.pick(plan.kernels.count)
    case 10 where !plan.outputs.isEmpty:
      plan.outputs[mutation.pick(plan.outputs.count)].buffer = other
    case 11 where !plan.kernels.isEmpty:
      plan.kernels[mutation.pick(plan.kernels.count)] =
        plan.kernels[mutation.pick(plan.kernels.count)]
    default:
      if !plan.steps.isEmpty { plan.steps.remove(at: step) }
    }
    return false
  }
}
