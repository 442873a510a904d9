import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses
import TestSupport
import Testing

@Suite("Every operator on a batch against one example after the other")
struct BatchingSweepTests {
  private static let cases =
    OperatorSweep.elementwise + OperatorSweep.structural + OperatorSweep.selecting

  @Test("with each choice of batched operands", arguments: cases)
  func sweep(_ sweepCase: SweepCase) throws {
    let count = sweepCase.inputs([3, 5]).count
    for choice in 1..<(1 << count) {
      let isBatched = (0..<count).map { choice >> $0 & 1 == 1 }
      for extent in [0, 1, 3] { try check(sweepCase, isBatched, extent) }
    }
  }

  @Test("with an extent known by name, bound afterwards", arguments: cases)
  func sweepNamed(_ sweepCase: SweepCase) throws {
    let isBatched = sweepCase.inputs([3, 5]).map { _ in true }
    let graph = try batched(sweepCase, isBatched, "N").binding(["N": 3])
    try check(graph, sweepCase, isBatched, 3)
  }

  @Test("twice, as a batch of batches", arguments: cases)
  func sweepNested(_ sweepCase: SweepCase) throws {
    let shapes = sweepCase.inputs([3, 5])
    let builder = GraphBuilder("nested")
    var inputs: [Value] = []
    var sources: [String: Tensor] = [:]
    for (index, extents) in shapes.enumerated() {
      let type = TensorType(.f64, extents: [2, 3] + extents)
      inputs.append(builder.input("x\(index)", .f64, type.shape))
      sources["x\(index)"] = try .random(
        type, seed: UInt64(index), from: sweepCase.low, to: sweepCase.high)
    }
    let y = vectorized(vectorized(perExample(sweepCase, builder)))(inputs)[0]
    builder.output("y", y)
    let result = try value(builder.build(), sources)
    let example = try example(sweepCase)
    for outer in 0..<2 {
      for inner in 0..<3 {
        let own = try sources.mapValues { try $0.example(outer).example(inner) }
        try expectSame(
          result.example(outer).example(inner), value(example, own), sweepCase, "\(outer), \(inner)"
        )
      }
    }
  }

  private func perExample(
    _ sweepCase: SweepCase, _ builder: GraphBuilder
  ) -> ([Value]) -> [Value] {
    { values in
      do {
        return [try sweepCase.function(builder, values)]
      } catch {
        Issue.record(error)
        return values
      }
    }
  }

  private func batched(
    _ sweepCase: SweepCase, _ isBatched: [Bool], _ extent: Shape.Dimension
  ) throws -> Graph {
    let builder = GraphBuilder("batch")
    let inputs = zip(sweepCase.inputs([3, 5]), isBatched).enumerated().map { index, input in
      let shape = Shape(extents: input.0)
      return builder.input("x\(index)", .f64, input.1 ? shape.batched(extent) : shape)
    }
    let axes = isBatched.map { $0 ? 0 : nil as Int? }
    builder.output("y", vectorized(perExample(sweepCase, builder), axes: axes)(inputs)[0])
    return try builder.build()
  }

  private func check(_ sweepCase: SweepCase, _ isBatched: [Bool], _ extent: Int) throws {
    try check(batched(sweepCase, isBatched, .fixed(extent)), sweepCase, isBatched, extent)
  }

  private func check(
    _ graph: Graph, _ sweepCase: SweepCase, _ isBatched: [Bool], _ extent: Int
  ) throws {
    var sources: [String: Tensor] = [:]
    for (index, extents) in sweepCase.inputs([3, 5]).enumerated() {
      let type = TensorType(.f64, extents: isBatched[index] ? [extent] + extents : extents)
      sources["x\(index)"] = try .random(
        type, seed: UInt64(index), from: sweepCase.low, to: sweepCase.high)
    }
    let result = try value(graph, sources)
    let example = try example(sweepCase)
    #expect(
      result.type == TensorType(.f64, example.outputs[0].type.shape.batched(.fixed(extent))),
      "\(sweepCase)")
    for number in 0..<extent {
      var own = sources
      for (index, isBatched) in isBatched.enumerated() where isBatched {
        own["x\(index)"] = try sources["x\(index)"]?.example(number)
      }
      try expectSame(
        result.example(number), value(example, own), sweepCase, "\(isBatched) \(number)")
    }
  }

  private func example(_ sweepCase: SweepCase) throws -> Graph {
    let builder = GraphBuilder("example")
    let inputs = sweepCase.inputs([3, 5]).enumerated().map {
      builder.input("x\($0)", .f64, Shape(extents: $1))
    }
    builder.output("y", try sweepCase.function(builder, inputs))
    return try builder.build()
  }

  private func value(_ graph: Graph, _ sources: [String: Tensor]) throws -> Tensor {
    try #require(GraphInterpreter.evaluate(graph, sources).outputs["y"])
  }

  private func expectSame(
    _ batched: Tensor, _ alone: Tensor, _ sweepCase: SweepCase, _ place: String
  ) {
    #expect(batched.type == alone.type, "\(sweepCase) \(place)")
    // The interpreter sums in the order of the axes, which a batch does not change.
    #expect(batched.doubles == alone.doubles, "\(sweepCase) \(place)")
  }
}
