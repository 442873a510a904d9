import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses
import TestSupport
import Testing

@Suite("Sums of parts that overlap along an axis")
struct SegmentedSumTests {
  @Test("the gradient of neighbours' differences is written in its place, without zeros")
  func neighbours() throws {
    let builder = GraphBuilder("neighbours")
    let x = builder.input("x", .f64, [9])
    let y = (sin(x[0..<8]) * x[1..<9]).sum()
    builder.output("y", y)
    builder.output("slopes", gradients(of: y, withRespectTo: [x])[0])
    let graph = try Pipeline.compilation(builder.build())
    let names = graph.nodes.compactMap { $0.operation.map { type(of: $0).mnemonic } }
    #expect(!names.contains(Pad.mnemonic))
    let slopes = try #require(graph.outputList.last)
    #expect(graph.nodes[slopes.value.node].operation is Concatenate)
    #expect(graph.nodes[slopes.value.node].operands.count == 3)
  }

  @Test("gives the same numbers for any places along an axis")
  func anyPlaces() throws {
    let after = try (0..<80).map { try anyPlaces(seed: $0) }
    #expect(after.count { $0.nodes.contains { $0.operation is Concatenate } } > 15)
  }

  /// What the pass makes of a sum of some parts.
  private func anyPlaces(seed: UInt64) throws -> Graph {
    var random = SeededGenerator(seed: seed)
    let rank = Int.random(in: 1...3, using: &random)
    var whole = (0..<rank).map { _ in Int.random(in: 0...4, using: &random) }
    let axis = Int.random(in: 0..<rank, using: &random)
    whole[axis] = Int.random(in: 0...20, using: &random)
    // Now and then all are apart from the edges along another axis too.
    let margin = Int.random(in: 0..<4, using: &random) == 0 ? 1 : 0
    var sum = RandomSum(
      "places\(seed)", random,
      whole: whole.enumerated().map { $0 == axis ? $1 : $1 + margin })
    for index in 0..<Int.random(in: 2...9, using: &sum.random) {
      var (low, extents) = (whole.map { _ in 0 }, whole)
      low[axis] = Int.random(in: 0...whole[axis], using: &sum.random)
      extents[axis] = Int.random(in: 0...(whole[axis] - low[axis]), using: &sum.random)
      sum.add(sum.input("x\(index)", extents), at: low)
    }
    return try sum.expectEqual(after: .segmentedSums)
  }

  @Test("what is not finite stays in the places it was in")
  func notFinite() throws {
    let builder = GraphBuilder("notFinite")
    let x = builder.input("x", .f32, [3])
    let y = builder.input("y", .f32, [3])
    builder.output("z", x.padded(low: [0], high: [2]) + y.padded(low: [2], high: [0]))
    let before = try builder.build()
    let after = try Pass.deadNodes(Pass.segmentedSums(before))
    #expect(!after.nodes.contains { $0.operation is Pad })
    let inputs = [
      "x": try Tensor([.infinity, 1, .nan] as [Float]),
      "y": try Tensor([2, -.infinity, -0.0] as [Float]),
    ]
    for graph in [before, after] {
      let z = try #require(GraphInterpreter.evaluate(graph, inputs).outputs["z"]).floats
      try #require(z.count == 5)
      #expect(z[0] == .infinity && z[1] == 1 && z[2].isNaN && z[3] == -.infinity && z[4] == 0)
    }
  }
}
