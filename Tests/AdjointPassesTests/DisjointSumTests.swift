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

  @Test("gives the same numbers for any parts", arguments: 0..<60 as Range<UInt64>)
  func anyParts(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let builder = GraphBuilder("parts")
    let rank = Int.random(in: 1...3, using: &random)
    let whole = (0..<rank).map { _ in Int.random(in: 1...6, using: &random) }
    var sums: [Value] = []
    for index in 0..<Int.random(in: 2...7, using: &random) {
      let ranges = whole.map { extent in
        let start = Int.random(in: 0...extent, using: &random)
        return start..<Int.random(in: start...extent, using: &random)
      }
      let part = builder.input("x\(index)", .f64, Shape(extents: ranges.map(\.count)))
      let fill = Int.random(in: 0..<8, using: &random) == 0 ? 1.0 : 0
      sums.append(
        part.padded(
          low: ranges.map(\.lowerBound),
          high: zip(whole, ranges).map { $0 - $1.upperBound }, with: fill))
      if Int.random(in: 0..<4, using: &random) == 0 {
        sums.append(builder.input("z\(index)", .f64, Shape(extents: whole)))
      }
    }
    // As a tree of any form, of which some sums are read elsewhere too.
    while sums.count > 1 {
      let left = sums.remove(at: Int.random(in: sums.indices, using: &random))
      let right = sums.remove(at: Int.random(in: sums.indices, using: &random))
      let sum = left + right
      if Int.random(in: 0..<6, using: &random) == 0 {
        builder.output("s\(sums.count)", sum)
      }
      sums.append(sum)
    }
    builder.output("y", sums[0])
    let before = try builder.build()
    let after = try Pass.deadNodes(Pass.disjointSums(before))
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
}
