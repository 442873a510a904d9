import AdjointCore
import AdjointGraph
import AdjointKernels
import AdjointLowering
import Foundation
import TestSupport
import Testing

/// Kernels before and after each pass, as text, for the machine that is the same everywhere.
@Suite("Golden text of kernel passes")
struct KernelPassGoldenTests {
  @Test(
    "gives the expected kernels and reasons, which compute what the graph does",
    arguments: try GoldenFile.kernelPasses())
  func golden(_ file: GoldenFile) throws {
    let outcome = try file.run { graph in try Self.text(of: file.folder, graph) }
    #expect(outcome.actual == outcome.expected, "\(file) gave\n\(outcome.actual)")
    // Long sums are put together otherwise by these, and in f32.
    let isReordered = ["split-inner", "shared-matrix-vector-fusion"].contains(file.folder)
    try KernelPassComparison.expectEqual(
      outcome.after, LoweringOptions(), within: isReordered ? 1e-5 : 0)
  }

  @Test("each pass has one that shows it at work")
  func coverage() throws {
    for pass in LoweringPipeline.standard.passes {
      let files = try GoldenFile.kernelPasses().filter { $0.folder == pass.name }
      #expect(!files.isEmpty, "\(pass.name) has no golden file")
      let changes = try files.contains { file in
        let parts = try file.expectedText().components(separatedBy: "// after\n")
        return parts.count == 2
          && !parts[1].hasPrefix(
            parts[0].components(separatedBy: "// before\n").last ?? "")
      }
      #expect(changes, "no golden file of \(pass.name) has it change anything")
    }
  }

  @Test("ARCHITECTURE.md has a row for each, in their order")
  func rows() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("ARCHITECTURE.md")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    let names = lines.drop { !$0.hasPrefix("| kernel pass |") }.dropFirst(2)
      .prefix { $0.hasPrefix("| `") }
      .map { String($0.dropFirst(3).prefix { $0 != "`" }) }
    #expect(names == LoweringPipeline.standard.passNames)
  }

  private static func text(of name: String, _ graph: Graph) throws -> String {
    let pipeline = try LoweringPipeline.standard.upTo(name)
    var before = try KernelGraph(lowering: graph)
    for pass in pipeline.passes.dropLast() { before = pass(before, on: .reference) }
    var after = before
    for pass in pipeline.passes.suffix(1) { after = pass(before, on: .reference) }
    return "// before\n" + KernelGraphPrinter.text(before, labels: graph.label) + "// after\n"
      + KernelGraphPrinter.text(after, labels: graph.label) + "// left\n"
      + after.reportText(of: graph)
  }
}
