import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses
import TestSupport
import Testing

/// A sum of padded values, as a tree of any form of which some sums are read elsewhere too.
struct RandomSum {
  let builder: GraphBuilder
  var random: SeededGenerator
  private var addends: [Value] = []
  private let whole: [Int]

  /// - Parameter whole: The extents of the sum.
  init(_ name: String, _ random: SeededGenerator, whole: [Int]) {
    builder = GraphBuilder(name)
    self.random = random
    self.whole = whole
  }

  func input(_ name: String, _ extents: [Int]) -> Value {
    builder.input(name, .f64, Shape(extents: extents))
  }

  /// Adds a value that begins at a place, now and then with ones around it, and now and then something else.
  mutating func add(_ value: Value, at low: [Int]) {
    let extents = value.shape.extents ?? []
    let high = zip(whole, zip(low, extents)).map { $0 - $1.0 - $1.1 }
    let fill = Int.random(in: 0..<8, using: &random) == 0 ? 1.0 : 0
    addends.append(value.padded(low: low, high: high, with: fill))
    if Int.random(in: 0..<4, using: &random) == 0 {
      addends.append(input("z\(addends.count)", whole))
    }
  }

  /// Compares the sum with what a pass makes of it, and gives that.
  mutating func expectEqual(after pass: Pass) throws -> Graph {
    var sums = addends
    while sums.count > 1 {
      let left = sums.remove(at: Int.random(in: sums.indices, using: &random))
      let right = sums.remove(at: Int.random(in: sums.indices, using: &random))
      let sum = left + right
      if Int.random(in: 0..<6, using: &random) == 0 { builder.output("s\(sums.count)", sum) }
      sums.append(sum)
    }
    builder.output("y", sums[0])
    let before = try builder.build()
    let after = try Pass.deadNodes(pass(before))
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
    #expect(old.mapValues(\.doubles) == new.mapValues(\.doubles), "\(before.name)")
    return after
  }
}
