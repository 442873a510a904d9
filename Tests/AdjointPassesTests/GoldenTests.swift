import AdjointGraph
import AdjointPasses
import TestSupport
import Testing

@Suite("Golden text of every pass")
struct GoldenTests {
  @Test(
    "gives the expected text, and the same numbers as before", arguments: try GoldenFile.passes())
  func golden(_ file: GoldenFile) throws {
    let outcome = try file.run()
    #expect(outcome.actual == outcome.expected, "\(file) gave\n\(outcome.actual)")
    // Outputs that were there before must keep their values.
    let before = try outcome.before.bindingAll(to: 3)
    let after = try outcome.after.bindingAll(to: 3)
    for seed in 1...3 as ClosedRange<UInt64> {
      let sources = try after.randomSources(seed: seed)
      let old = try GraphInterpreter.evaluate(before, sources).outputs
      let new = try GraphInterpreter.evaluate(after, sources).outputs
      for (name, tensor) in old {
        let other = try #require(new[name])
        for (a, b) in zip(tensor.doubles, other.doubles) {
          #expect(DerivativeCheck.disagreement(a, b) < 1e-6, "\(file): \(name)")
        }
      }
    }
  }

  @Test("every pass has a folder of golden files")
  func everyPass() throws {
    let folders = Set(try GoldenFile.passes().map { $0.description.split(separator: "/")[0] })
    for pass in Pipeline.compilation.passes {
      #expect(folders.contains(Substring(pass.name)))
    }
  }
}
