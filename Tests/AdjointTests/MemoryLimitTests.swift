import Adjoint
import AdjointTraining
import Testing

@Suite("An allocation above the memory limit is refused before it is made")
struct MemoryLimitTests {
  @Test func tensors() {
    for extents in [[1 << 40], [1 << 20, 1 << 20, 8]] {
      let error = #expect(throws: Diagnostic.self) {
        _ = try Tensor(repeating: 0, .f32, extents: extents)
      }
      #expect(error?.code == .memoryLimit)
    }
  }

  @Test func permutations() {
    let refusals: [(Int, Diagnostic.Code)] = [(1 << 50, .memoryLimit), (-1, .invalidArgument)]
    for (count, code) in refusals {
      let error = #expect(throws: Diagnostic.self) {
        _ = try CounterBasedRandom(seed: 1).permutation(of: count)
      }
      #expect(error?.code == code)
    }
  }

  @Test("and a fraction that is none is refused")
  func splits() throws {
    let data = try Dataset(features: Tensor([1, 2, 3, 4] as [Float], extents: [4, 1]))
    for fraction in [Double.nan, .infinity, -.infinity, 1e300, -1] {
      let error = #expect(throws: Diagnostic.self) {
        _ = try data.split(holdingOut: fraction, seed: 1)
      }
      #expect(error?.code == .invalidArgument)
    }
  }
}
