import AdjointCore
import AdjointGraph
import AdjointKernels
import AdjointLowering
import TestSupport
import Testing

@Suite("Plans of random graphs")
struct RandomPlanTests {
  @Test("compute what the graph does, to the bit", arguments: Array(1...120 as ClosedRange<UInt64>))
  func sameBits(seed: UInt64) throws {
    let graph = try RandomKernelGraph.graph(seed: seed, nodeCount: 4 + Int(seed % 30))
    try PlanComparison.expectEqual(
      graph, seed: seed, under: PlanComparison.sampledChoices(seed: seed))
  }

  @Test("never have more steps when fused")
  func fewerSteps() throws {
    for seed in 200..<230 as Range<UInt64> {
      let graph = try RandomKernelGraph.graph(seed: seed, nodeCount: 40)
      var plain = LoweringOptions()
      plain.pipeline = .standard.without(.producerFusion, .siblingFusion)
      #expect(try graph.lowered().plan.launchCount <= graph.lowered(plain).plan.launchCount)
    }
  }
}
