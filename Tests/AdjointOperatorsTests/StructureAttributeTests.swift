import AdjointCore
import AdjointGraph
import AdjointOperators
import Testing

@Suite("Attributes of structural, reducing, indexing and linear operators")
struct StructureAttributeTests {
  static let operations: [any Operator] = [
    Transpose(permutation: [2, 0, 1]), Transpose(permutation: []),
    Slice([Slice.Range(axis: 0, start: 1, limit: 3)]),
    Slice([
      Slice.Range(axis: 0, start: 1, limit: 3), Slice.Range(axis: 2, start: 0, limit: 9, stride: 4),
    ]),
    Pad([Pad.Padding(low: 1), Pad.Padding(high: 2)], with: 0),
    Pad([Pad.Padding(low: 1, interior: 3)], with: -2.5),
    Concatenate(axis: 2), Iota(TensorType(.i32, ["B", 3]), axis: 1),
    Extent(axes: [0, 2], to: .f32), ReduceSum(axes: []), ReduceMax(axes: [0]),
    ReduceMin(axes: [1, 2]),
    ReduceProduct(axes: [0]), ProductOfOthers(axes: [0, 2]), Gather(axis: 1), ScatterAdd(axis: 0),
    DotGeneral(left: .init(contract: [1]), right: .init(contract: [0])),
    DotGeneral(
      left: .init(batch: [1, 0], contract: []), right: .init(batch: [0, 2], contract: [])),
    Broadcast(shape: ["B", 3], axes: [1]), Reshape(shape: [3, "B"]),
  ]

  @Test("an operator is made anew from its attributes", arguments: operations.indices)
  func roundTrip(_ index: Int) throws {
    let operation = Self.operations[index]
    let type = try #require(OperatorRegistry.standard[operation.mnemonic])
    let copy = try type.init(attributes: operation.attributes)
    #expect(copy.isEqual(to: operation))
    #expect(copy.attributes == operation.attributes)
  }

  @Test("unknown attributes are refused", arguments: operations.indices)
  func unknown(_ index: Int) throws {
    let operation = Self.operations[index]
    var attributes = operation.attributes
    attributes.append("colour", .integer(3))
    let error = try #require(throws: Diagnostic.self) {
      try Swift.type(of: operation).init(attributes: attributes)
    }
    #expect(error.message.contains("colour"))
  }

  @Test("a pad with NaN equals itself")
  func notANumber() throws {
    let pad = Pad([Pad.Padding(low: 1)], with: .nan)
    #expect(try Pad(attributes: pad.attributes) == pad)
  }
}
