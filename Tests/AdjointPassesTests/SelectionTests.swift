import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses
import TestSupport
import Testing

@Suite("Selections before products")
struct SelectionTests {
  /// A value of two axes made of products, sums and transposes, of which one axis has `extent` positions.
  private struct Maker {
    let builder: GraphBuilder
    let extent: Int
    var random: SeededGenerator
    private(set) var made: [Value] = []

    init(_ builder: GraphBuilder, extent: Int, seed: UInt64) {
      (self.builder, self.extent) = (builder, extent)
      random = SeededGenerator(seed: seed)
    }

    /// A value of a shape; the extent is that of one of its axes, or of none.
    mutating func value(_ rows: Int, _ columns: Int, depth: Int) -> Value {
      let shape = Shape(extents: [rows, columns])
      let made: Value
      switch depth == 0 ? 0 : Int.random(in: 0..<9, using: &random) {
      case 1, 2, 3:
        let inner = Int.random(in: 30...40, using: &random)
        made = matmul(
          value(rows, inner, depth: depth - 1), value(inner, columns, depth: depth - 1))
      case 4: made = value(columns, rows, depth: depth - 1).transposed(permutation: [1, 0])
      case 5: made = value(rows, columns, depth: depth - 1) + value(rows, columns, depth: depth - 1)
      case 6: made = value(rows, columns, depth: depth - 1) * value(rows, columns, depth: depth - 1)
      case 7: made = max(value(rows, columns, depth: depth - 1), 0)
      case 8:
        let row = value(rows, columns, depth: depth - 1).sum(squeezingAxes: [0])
        made = row.broadcast(to: shape, axes: [1])
      default: made = builder.input("x\(self.made.count)", .f64, shape)
      }
      // Now and then what was made is read again.
      self.made.append(made)
      let again = self.made.filter { $0.shape == shape }.randomElement(using: &random)
      return Int.random(in: 0..<6, using: &random) == 0 ? again ?? made : made
    }
  }

  @Test("give the same numbers in random graphs", arguments: 0..<120 as Range<UInt64>)
  func randomGraphs(seed: UInt64) throws {
    let builder = GraphBuilder("selected")
    let extent = 12
    var maker = Maker(builder, extent: extent, seed: seed)
    let value = maker.value(20, extent, depth: 4)
    let axis = 1
    var inputs: [String: Tensor] = [:]
    let selected: Value
    if seed.isMultiple(of: 2) {
      // Some are not there.
      let places: [Int32] = [3, 0, 11, 3, seed % 6 == 0 ? 12 : 5, seed % 10 == 0 ? -1 : 7]
      selected = value.gathered(at: builder.input("places", .i32, [6]), axis: axis)
      inputs["places"] = try Tensor(places)
    } else {
      selected = value[.all, 2..<5]
    }
    builder.output("y", selected)
    let before = try Pass.commonSubexpressions(builder.build())
    let after = try Pass.deadNodes(Pass.selections(before))
    try GraphVerifier.verify(after)
    for port in before.inputs where inputs[port.name] == nil {
      // Whole numbers, whose sums are exact in any order; some are neither.
      var numbers = (0..<(port.type.shape.elementCount ?? 0)).map { _ in
        Double(Int.random(in: -1...1, using: &maker.random))
      }
      if seed % 4 > 1, let place = numbers.indices.randomElement(using: &maker.random) {
        numbers[place] = [.nan, .infinity, -.infinity][Int(seed / 4 % 3)]
      }
      inputs[port.name] = try Tensor(numbers, extents: port.type.shape.extents ?? [])
    }
    let old = try #require(try GraphInterpreter.evaluate(before, inputs).outputs["y"]).doubles
    let new = try #require(try GraphInterpreter.evaluate(after, inputs).outputs["y"]).doubles
    #expect(old.count == new.count)
    for (a, b) in zip(old, new) { #expect(a == b || (a.isNaN && b.isNaN), "\(a) \(b)") }
  }

  @Test("are moved in many of the random graphs")
  func coverage() throws {
    var moved = 0
    for seed in 0..<120 as Range<UInt64> {
      let builder = GraphBuilder("selected")
      var maker = Maker(builder, extent: 12, seed: seed)
      builder.output("y", maker.value(20, 12, depth: 4)[.all, 2..<5])
      let before = try Pass.commonSubexpressions(builder.build())
      if try Pass.selections(before).nodes.count != before.nodes.count { moved += 1 }
    }
    #expect(moved > 20, "\(moved)")
  }

  @Test("a position that is not there is NaN behind the products too")
  func outside() throws {
    let builder = GraphBuilder("outside")
    let x = builder.input("x", .f64, [9, 30])
    let w = builder.input("w", .f64, [30, 12])
    let places = builder.constant(try Tensor([1, 12, -1] as [Int32]))
    builder.output("y", (matmul(x, w) * 2).gathered(at: places, axis: 1))
    let graph = try Pipeline.compilation(builder.build())
    #expect(
      graph.nodes[try #require(graph.outputList.first).value.node].operation is Gather == false)
    let outputs = try GraphInterpreter.evaluate(graph, graph.randomSources(seed: 1)).outputs
    let y = try #require(outputs["y"]).doubles
    #expect(y.indices.allSatisfy { y[$0].isNaN == ($0 % 3 > 0) })
  }

  @Test("what is not there is NaN where the product reads whole numbers, or sums nothing")
  func outsideOfOthers() throws {
    let builder = GraphBuilder("outside")
    let places = builder.constant(try Tensor([1, 12, -1] as [Int32]))
    let x = builder.input("x", .u8, [12, 30]).cast(to: .f64)
    builder.output(
      "whole", matmul(x, builder.input("w", .f64, [30, 40])).gathered(at: places, axis: 0))
    let empty = builder.input("v", .f64, [9]).broadcast(to: [9, 0], axes: [0])
    let sums = matmul(
      matmul(empty, builder.input("u", .f64, [0, 30])), builder.input("t", .f64, [30, 12]))
    builder.output("none", sums.gathered(at: places, axis: 0))
    let before = try builder.build()
    let after = try Pass.deadNodes(Pass.selections(before))
    let sources = try before.randomSources(seed: 1)
    for graph in [before, after] {
      let outputs = try GraphInterpreter.evaluate(graph, sources).outputs
      for (name, columns) in [("whole", 40), ("none", 12)] {
        let y = try #require(outputs[name]).doubles
        #expect(
          y.indices.allSatisfy { y[$0].isNaN == ($0 >= columns) }, "\(name)")
      }
    }
  }

  @Test("a chain as long as graphs may be is looked at in steps that do not grow with it")
  func longChains() throws {
    let builder = GraphBuilder("long")
    var x = matmul(builder.input("x", .f64, [8, 64]), builder.input("w", .f64, [64, 8]))
    for _ in 0..<20_000 { x = sin(x) }
    builder.output("y", x[0..<1])
    let graph = try builder.build()
    #expect(try Pass.selections(graph).nodes.count == graph.nodes.count)
  }
}
