import AdjointCore
import AdjointKernels
import AdjointRuntime
import Testing

@Suite struct RandomNestTests {
  @Test(arguments: 0..<20)
  func elementwiseNestsMeanWhatTheInterpreterSays(block: Int) throws {
    for seed in block * 40..<(block + 1) * 40 {
      let sample = try RandomNest(seed: seed, reduces: false)
      let (found, wanted) = try runBoth(
        [.loopNest(sample.nest)], sample.operands, results: sample.results)
      for (x, y) in zip(found, wanted) {
        #expect(agree(x, y), "seed \(seed): \(sample.nest)")
      }
    }
  }

  @Test(arguments: 0..<20)
  func reductionsMeanWhatTheInterpreterSays(block: Int) throws {
    for seed in block * 40..<(block + 1) * 40 {
      let sample = try RandomNest(seed: 100_000 + seed, reduces: true)
      let (found, wanted) = try runBoth(
        [.loopNest(sample.nest)], sample.operands, results: sample.results)
      for (x, y) in zip(found, wanted) {
        #expect(agree(x, y), "seed \(100_000 + seed): \(sample.nest)")
      }
    }
  }
}
