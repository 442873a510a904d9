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

  @Test("gives the same numbers for any places", arguments: 0..<60 as Range<UInt64>)
  func anyPlaces(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let builder = GraphBuilder("copies")
    let rank = Int.random(in: 1...3, using: &random)
    let extents = (0..<rank).map { _ in Int.random(in: 0...5, using: &random) }
    let margins = (0..<rank).map { _ in Int.random(in: 0...3, using: &random) }
    let sources = (0..<2).map { builder.input("x\($0)", .f64, Shape(extents: extents)) }
    var sums: [Value] = []
    for index in 0..<Int.random(in: 2...7, using: &random) {
      var value = sources[Int.random(in: 0..<2, using: &random)]
      for _ in 0..<Int.random(in: 0..<3, using: &random) {
        value = Bool.random(using: &random) ? -value : 3 * value
      }
      let low = margins.map { Int.random(in: 0...$0, using: &random) }
      let fill = Int.random(in: 0..<8, using: &random) == 0 ? 1.0 : 0
      sums.append(
        value.padded(low: low, high: zip(margins, low).map { $0 - $1 }, with: fill))
      if Int.random(in: 0..<4, using: &random) == 0 {
        let whole = Shape(extents: zip(extents, margins).map { $0 + $1 })
        sums.append(builder.input("z\(index)", .f64, whole))
      }
    }
    while sums.count > 1 {
      let left = sums.remove(at: Int.random(in: sums.indices, using: &random))
      let right = sums.remove(at: Int.random(in: sums.indices, using: &random))
      let sum = left + right
      if Int.random(in: 0..<6, using: &random) == 0 { builder.output("s\(sums.count)", sum) }
      sums.append(sum)
    }
    builder.output("y", sums[0])
    let before = try builder.build()
    let after = try Pass.deadNodes(Pass.overlappingSums(before))
    try GraphVerifier.verify(after)
    // Whole numbers, whose sums are exact in any order.
    let inputs = try Dictionary(
      uniqueKeysWithValues: before.inputs.map { port in
        let count = port.type.shape.elementCount ?? 0
        let numbers = (0..<count).map { _ in Double(Int.random(in: -9...9, using: &random)) }
        return (port.name, try Tensor(numbers, extents: port.type.shape.extents ?? []))
      })
    let old = try GraphInterpreter.evaluate(before, inputs).outputs
    let new = try GraphInterpreter.evaluate(after, inputs).outputs
    #expect(old.mapValues(\.doubles) == new.mapValues(\.doubles))
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
