import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses
import TestSupport
import Testing

@Suite("Sums of copies that overlap")
struct OverlappingSumTests {
  @Test("the gradient of a stencil pads its residual once")
  func stencil() throws {
    let builder = GraphBuilder("stencil")
    let u = builder.input("u", .f64, [9])
    let residual = 2 * u[1..<8] - u[0..<7] - u[2..<9]
    let y = (residual * residual).sum()
    builder.output("y", y)
    builder.output("slopes", gradients(of: y, withRespectTo: [u])[0])
    let graph = try Pipeline.compilation(builder.build())
    let names = graph.nodes.compactMap { $0.operation.map { type(of: $0).mnemonic } }
    #expect(names.filter { $0 == Pad.mnemonic }.count == 1)
    #expect(names.filter { $0 == Slice.mnemonic }.count == 6)
  }

  @Test("gives the same numbers for any places")
  func anyPlaces() throws {
    let after = try (0..<60).map { try anyPlaces(seed: $0) }
    #expect(after.count { $0.nodes.contains { $0.operation is Slice } } > 15)
  }

  /// What the pass makes of a sum of some copies.
  private func anyPlaces(seed: UInt64) throws -> Graph {
    var random = SeededGenerator(seed: seed)
    let rank = Int.random(in: 1...3, using: &random)
    let extents = (0..<rank).map { _ in Int.random(in: 0...5, using: &random) }
    let margins = (0..<rank).map { _ in Int.random(in: 0...3, using: &random) }
    var sum = RandomSum("copies\(seed)", random, whole: zip(extents, margins).map { $0 + $1 })
    let sources = (0..<2).map { sum.input("x\($0)", extents) }
    for _ in 0..<Int.random(in: 2...7, using: &sum.random) {
      var value = sources[Int.random(in: 0..<2, using: &sum.random)]
      for _ in 0..<Int.random(in: 0..<3, using: &sum.random) {
        value = Bool.random(using: &sum.random) ? -value : 3 * value
      }
      sum.add(value, at: margins.map { Int.random(in: 0...$0, using: &sum.random) })
    }
    return try sum.expectEqual(after: .overlappingSums)
  }

  @Test("what is not finite stays in the places it was in")
  func notFinite() throws {
    let builder = GraphBuilder("notFinite")
    let x = builder.input("x", .f64, [4])
    let sum =
      (2 * x).padded(low: [0], high: [2]) + (-x).padded(low: [2], high: [0])
      + x.padded(low: [1], high: [1])
    builder.output("y", sum)
    let before = try builder.build()
    let after = try Pass.deadNodes(Pass.overlappingSums(before))
    #expect(before.nodes.count != after.nodes.count)
    let inputs = ["x": try Tensor([Double.infinity, 1, .nan, -.infinity], extents: [4])]
    let old = try GraphInterpreter.evaluate(before, inputs).outputs["y"]?.doubles ?? []
    let new = try GraphInterpreter.evaluate(after, inputs).outputs["y"]?.doubles ?? []
    #expect(old.count == 6)
    for (a, b) in zip(old, new) { #expect(a == b || (a.isNaN && b.isNaN)) }
    #expect(old[1] == .infinity && new[1] == .infinity)
  }
}
