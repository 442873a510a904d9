import AdjointAutodiff
import AdjointCore
import Testing

@Suite("Chains of Jacobians") struct JacobianChainTests {
  /// What every bracketing of factors costs, each worked out by itself with the extents of its result.
  private func everyCost(_ dimensions: [Int]) -> [Int] {
    func costs(_ first: Int, _ last: Int) -> [Int] {
      guard first < last else { return [0] }
      return (first..<last).flatMap { split in
        let product = dimensions[first - 1] * dimensions[split] * dimensions[last]
        let (right, left) = (costs(first, split), costs(split + 1, last))
        return right.flatMap { earlier in left.map { earlier + $0 + product } }
      }
    }
    return costs(1, dimensions.count - 1)
  }

  @Test("the best bracketing is the best of all, for up to 8 factors", arguments: 1...8)
  func bruteForce(_ count: Int) throws {
    let random = CounterBasedRandom(seed: 5, stream: "chain \(count)")
    for trial in 0..<(count < 7 ? 60 : 12) {
      let dimensions = (0...count).map { place in
        // Small ones among large ones, so that orders differ.
        let bits = random.bits(at: UInt64(trial * 16 + place)).0
        return bits % 3 == 0 ? Int(bits / 3 % 4) : Int(bits / 3 % 200)
      }
      let chain = try JacobianChain(dimensions: dimensions)
      let all = everyCost(dimensions)
      let best = chain.best
      #expect(best.multiplyAdds == all.min(), "\(dimensions)")
      #expect(chain.multiplyAdds(of: best.bracketing) == best.multiplyAdds)
      #expect(all.contains(chain.forward.multiplyAdds) && all.contains(chain.reverse.multiplyAdds))
      #expect(
        JacobianChain.Bracketing(of: count, eliminating: best.bracketing.eliminations)
          == best.bracketing)
      #expect(Set(best.bracketing.eliminations) == Set((1..<max(count, 1)).map { $0 }))
    }
  }

  @Test("wide to narrow is reverse mode, and narrow to wide forward mode")
  func modes() throws {
    let narrowing = try JacobianChain(dimensions: [1000, 100, 10, 1])
    // 1·10·100 + 1·100·1000 and 10·100·1000 + 1·10·1000.
    #expect(narrowing.reverse.multiplyAdds == 101_000)
    #expect(narrowing.forward.multiplyAdds == 1_010_000)
    #expect(narrowing.best == narrowing.reverse)
    #expect(narrowing.best.bracketing.description == "(J3·J2)·J1")
    let widening = try JacobianChain(dimensions: [1, 10, 100, 1000])
    #expect(widening.best == widening.forward)
    #expect(widening.best.bracketing.description == "J3·(J2·J1)")
  }

  @Test("on 1000-1-1000-1-1000 the middle pair is multiplied first")
  func middle() throws {
    let chain = try JacobianChain(dimensions: [1000, 1, 1000, 1, 1000])
    // The middle pair is a number, 1·1000·1, which scales J1, 1·1·1000; then the outer product, 1000·1·1000.
    #expect(chain.best.multiplyAdds == 1_002_000)
    #expect(chain.best.bracketing.eliminations.first == 2)
    #expect(chain.best.bracketing.description == "J4·((J3·J2)·J1)")
    // Both modes make a 1000 × 1000 matrix on the way.
    #expect(chain.forward.multiplyAdds == 1_000_000 + 1_000_000 + 1_000_000)
    #expect(chain.reverse.multiplyAdds == chain.forward.multiplyAdds)
  }

  @Test("the description of a book, 10-100-5-50")
  func textbook() throws {
    // Cormen, Leiserson, Rivest and Stein, section 15.2: A₁ 10 × 100, A₂ 100 × 5, A₃ 5 × 50, with 7500 for
    // ((A₁A₂)A₃) and 75,000 for (A₁(A₂A₃)).
    let chain = try JacobianChain(dimensions: [50, 5, 100, 10])
    #expect(chain.best.multiplyAdds == 7500)
    #expect(chain.forward.multiplyAdds == 75_000)
  }

  @Test("no factors, too many and negative dimensions are refused; large ones do not overflow")
  func refusals() throws {
    for dimensions in [[], [3], [2, -1], Array(repeating: 1, count: 1002)] {
      let error = #expect(throws: Diagnostic.self) { try JacobianChain(dimensions: dimensions) }
      #expect(error?.code == .invalidArgument)
    }
    let large = try JacobianChain(dimensions: [.max, 2, .max, 3, .max])
    #expect(large.best.multiplyAdds == .max)
    #expect(try JacobianChain(dimensions: [4, 5]).best.multiplyAdds == 0)
  }
}
