import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses
import TestSupport
import Testing

@Suite("Sums of parts that do not overlap")
struct DisjointSumTests {
  @Test("the gradient of a vector that is cut up is put together, and adds nothing")
  func cutUp() throws {
    let builder = GraphBuilder("cut")
    let x = builder.input("x", .f64, [9])
    let parts = [6..<9, 0..<2, 2..<6].map { x[$0] }
    let y = parts.map { (sin($0) * sin($0)).sum() }.reduce(builder.constant(0.0, .f64), +)
    builder.output("y", y)
    builder.output("slopes", gradients(of: y, withRespectTo: [x])[0])
    let graph = try Pipeline.compilation(builder.build())
    let names = graph.nodes.compactMap { $0.operation.map { type(of: $0).mnemonic } }
    #expect(names.filter { $0 == Concatenate.mnemonic }.count == 1)
    #expect(!names.contains(Pad.mnemonic))
    let slopes = try #require(graph.outputList.last)
    #expect(graph.nodes[slopes.value.node].operation is Concatenate)
  }

  @Test("gives the same numbers for any parts")
  func anyParts() throws {
    let after = try (0..<60).map { try anyParts(seed: $0) }
    #expect(after.count { $0.nodes.contains { $0.operation is Concatenate } } > 15)
  }

  /// What the pass makes of a sum of some parts.
  private func anyParts(seed: UInt64) throws -> Graph {
    var random = SeededGenerator(seed: seed)
    let whole = (0..<Int.random(in: 1...3, using: &random)).map { _ in
      Int.random(in: 1...6, using: &random)
    }
    var sum = RandomSum("parts\(seed)", random, whole: whole)
    for index in 0..<Int.random(in: 2...7, using: &sum.random) {
      let ranges = whole.map { extent in
        let start = Int.random(in: 0...extent, using: &sum.random)
        return start..<Int.random(in: start...extent, using: &sum.random)
      }
      sum.add(sum.input("x\(index)", ranges.map(\.count)), at: ranges.map(\.lowerBound))
    }
    return try sum.expectEqual(after: .disjointSums)
  }
}
