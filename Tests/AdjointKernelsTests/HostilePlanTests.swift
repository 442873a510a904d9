import AdjointCore
import AdjointKernels
import TestSupport
import Testing

/// Every field of a plan set to hostile values, one at a time.
@Suite("Plans with a hostile number in any field")
struct HostilePlanTests {
  @Test("are refused, or run within their arena", arguments: [true, false])
  func mutations(hasEveryKernel: Bool) throws {
    let plan = try hasEveryKernel ? EveryKernelPlan.plan() : PlanSample.plan()
    let expected = try VerifiedPlan(verifying: plan).interpreted(seed: 1)
    var (refused, accepted, kept) = (0, 0, 0)
    for mutation in PlanMutation.all(of: plan) {
      let broken = mutation(plan)
      let verified: VerifiedPlan
      do {
        verified = try VerifiedPlan(verifying: broken)
      } catch {
        #expect(error.code == .invalidPlan, "\(mutation)")
        refused += 1
        continue
      }
      accepted += 1
      #expect(broken.arenaByteCount <= plan.arenaByteCount + 1 << 10, "\(mutation)")
      guard broken.isDone(within: 1 << 12) else { continue }
      let found = try verified.interpreted(seed: 1)
      if mutation.keepsMeaning {
        #expect(zip(found, expected).allSatisfy { $0.agrees(with: $1) }, "\(mutation)")
        kept += 1
      }
    }
    // What may be accepted are other functions, other elements of the same buffers, labels, forks.
    #expect(accepted * 5 < refused, "\(accepted) accepted, \(refused) refused")
    #expect(refused > 3_000 && kept > 20, "\(refused) refused, \(kept) kept")
  }
}
