import AdjointCore
import AdjointGraph
import AdjointKernels
import AdjointLowering
import AdjointOperators
import TestSupport
import Testing

@Suite("Broken plans")
struct PlanMutationTests {
  @Test(
    "are refused, or are not broken: shifted buffers, exchanged steps",
    arguments: Array(1...25 as ClosedRange<UInt64>))
  func mutations(seed: UInt64) throws {
    let verified = try RandomKernelGraph.graph(seed: seed, nodeCount: 25).lowered()
    let plan = verified.plan
    let expected = try verified.interpreted(seed: seed)
    let random = CounterBasedRandom(seed: seed, stream: 5)
    var accepted = 0
    for trial in 0..<60 as Range<UInt64> {
      let (bits, more) = random.bits(at: trial)
      var broken = plan
      if bits & 1 == 0 || plan.steps.count < 2 {
        let buffer = BufferNumber(Int(more % UInt64(plan.buffers.count)))
        let places = plan.arenaByteCount / Plan.alignment
        broken.buffers[buffer].offset = Int(bits >> 8 % UInt64(places)) % places * Plan.alignment
      } else {
        let (a, b) = (Int(more % UInt64(plan.steps.count)), Int(bits >> 8) % plan.steps.count)
        broken.steps.swapAt(PlanStepNumber(a), PlanStepNumber(b))
      }
      let stillRight: VerifiedPlan
      do {
        stillRight = try VerifiedPlan(verifying: broken)
      } catch {
        #expect(error.code == .invalidPlan)
        continue
      }
      accepted += 1
      #expect(try stillRight.interpreted(seed: seed) == expected)
    }
    #expect(accepted < 60)
  }

  @Test(
    "are refused, or run within their arena: a hostile number in any field",
    arguments: Array(1...8 as ClosedRange<UInt64>))
  func hostileNumbers(seed: UInt64) throws {
    let verified = try RandomKernelGraph.graph(seed: seed &+ 50, nodeCount: 20).lowered()
    let expected = try verified.interpreted(seed: seed)
    var refused = 0
    for mutation in RandomSets.sample(800, of: PlanMutation.all(of: verified.plan), seed: seed) {
      let broken: VerifiedPlan
      do {
        broken = try VerifiedPlan(verifying: mutation(verified.plan))
      } catch {
        #expect(error.code == .invalidPlan, "\(mutation)")
        refused += 1
        continue
      }
      guard broken.plan.isDone(within: 1 << 12) else { continue }
      let found = try broken.interpreted(seed: seed)
      guard mutation.keepsMeaning else { continue }
      #expect(zip(found, expected).allSatisfy { $0.agrees(with: $1) }, "\(mutation)")
    }
    #expect(refused > 500)
  }

  @Test("of thousands of buffers are refused for one that is out of place")
  func oneOfMany() throws {
    // Products are not fused, so each has a buffer of its own.
    let builder = GraphBuilder("chain")
    var value = builder.input("x", .f32, [4, 4])
    for _ in 0..<2_000 { value = matmul(value, value) }
    builder.output("y", value)
    let plan = try builder.build().lowered().plan
    let temporaries = plan.buffers.indices.filter {
      plan.buffers[$0].role == .temporary && plan.buffers[$0].byteCount > 0
    }
    #expect(temporaries.count > 1_000)
    // The first bytes belong to an input throughout.
    #expect(plan.buffers[0].byteCount > 0)
    for number in stride(from: 0, to: temporaries.count, by: 97) {
      var broken = plan
      broken.buffers[temporaries[number]].offset = 0
      #expect(throws: Diagnostic.self) { _ = try VerifiedPlan(verifying: broken) }
    }
  }
}
