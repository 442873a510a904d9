import AdjointKernels
import AdjointLowering
import TestSupport
import Testing

/// The options are those that give the same plan on every machine.
@Suite("Golden text of plans")
struct LoweringGoldenTests {
  @Test(
    "gives the expected kernels, steps and buffers, which compute what the graph does",
    arguments: try GoldenFile.lowering())
  func golden(_ file: GoldenFile) throws {
    let outcome = try file.run { try PlanPrinter.text($0.lowered().plan) }
    #expect(outcome.actual == outcome.expected, "\(file) gave\n\(outcome.actual)")
    try PlanComparison.expectEqual(outcome.after, under: [LoweringOptions()])
  }

  @Test("there are some")
  func some() throws {
    #expect(try GoldenFile.lowering().count >= 8)
  }
}
