import AdjointCore
import AdjointGraph
import AdjointOperators
import Testing

@Suite("What structural, reducing and indexing operators refuse")
struct StructureRefusalTests {
  private func expect(
    _ code: Diagnostic.Code, _ parts: [String], line: Int, _ build: () throws -> Value
  ) throws {
    try StructureTesting.expectRefusal(
      code, parts, in: "StructureRefusalTests.swift", line: line, build)
  }

  private func inputs() throws -> (x: Value, named: Value, k: Value) {
    let builder = GraphBuilder("test")
    return (
      builder.input("x", .f32, [2, 3]), builder.input("named", .f32, ["B", 3]),
      builder.input("k", .i32, [4])
    )
  }

  @Test("transpose")
  func transpose() throws {
    let (x, _, _) = try inputs()
    try expect(.invalidAttribute, ["transpose: ", "[0, 0]", "f32[2, 3]"], line: #line + 1) {
      x.transposed(permutation: [0, 0])
    }
    try expect(.invalidArgument, ["transpose: ", "axis 2", "f32[2, 3]"], line: #line + 1) {
      x.transposed(permutation: [0, 2])
    }
    try expect(.invalidAttribute, ["transpose: ", "[1]"], line: #line + 1) {
      x.transposed(permutation: [1])
    }
  }

  @Test("slice")
  func slice() throws {
    let (x, named, _) = try inputs()
    try expect(.invalidAttribute, ["slice: ", "1..<4", "0..<3"], line: #line + 1) {
      x.sliced(axes: [1], from: [1], to: [4])
    }
    try expect(.invalidAttribute, ["slice: ", "2..<1"], line: #line + 1) {
      x.sliced(axes: [1], from: [2], to: [1])
    }
    try expect(.invalidAttribute, ["slice: ", "-1..<1"], line: #line + 1) {
      x.sliced(axes: [1], from: [-1], to: [1])
    }
    try expect(.invalidAttribute, ["slice: ", "stride", "0"], line: #line + 1) {
      x.sliced(axes: [1], from: [0], to: [1], strides: [0])
    }
    try expect(.invalidAttribute, ["slice: ", "2 axes"], line: #line + 1) {
      x.sliced(from: [0], to: [1])
    }
    try expect(.unboundDimension, ["slice: ", "f32[B, 3]", "bind B"], line: #line + 1) {
      named.sliced(axes: [0], from: [0], to: [1])
    }
    try expect(.invalidAttribute, ["slice: ", "ascending"], line: #line + 1) {
      x.sliced(axes: [1, 1], from: [0, 0], to: [1, 1])
    }
  }

  @Test("pad")
  func pad() throws {
    let (x, named, _) = try inputs()
    try expect(.invalidAttribute, ["pad: ", "1 axes", "f32[2, 3]"], line: #line + 1) {
      x.padded(low: [1], high: [1])
    }
    try expect(.invalidAttribute, ["pad: ", "low, high"], line: #line + 1) {
      x.padded(low: [1, 1], high: [1])
    }
    try expect(.invalidAttribute, ["pad: ", "zero or more"], line: #line + 1) {
      x.padded(low: [0, -1], high: [0, 0])
    }
    try expect(.unboundDimension, ["pad: ", "f32[B, 3]"], line: #line + 1) {
      named.padded(low: [1, 0], high: [0, 0])
    }
    try expect(.invalidType, ["pad: ", "overflows"], line: #line + 1) {
      x.padded(low: [0, 0], high: [0, 0], interior: [0, Int.max])
    }
    try expect(.invalidType, ["pad: ", "overflows"], line: #line + 1) {
      x.padded(low: [0, Int.max], high: [0, 0])
    }
  }

  @Test("concatenate")
  func concatenation() throws {
    let (x, named, k) = try inputs()
    let tall = x.builder.input("tall", .f32, [5, 4])
    try expect(.shapeMismatch, ["concatenate: ", "f32[2, 3]", "f32[5, 4]"], line: #line + 1) {
      concatenate([x, tall], axis: 0)
    }
    try expect(.shapeMismatch, ["concatenate: ", "f32[2, 3]", "f32[4]"], line: #line + 1) {
      concatenate([x, k.cast(to: .f32)], axis: 0)
    }
    try expect(.scalarTypeMismatch, ["concatenate: ", "i32[4]"], line: #line + 1) {
      concatenate([x, k], axis: 0)
    }
    try expect(.unboundDimension, ["concatenate: ", "f32[B, 3]"], line: #line + 1) {
      concatenate([named, named], axis: 0)
    }
    try expect(.operandCount, ["concatenate: "], line: #line + 1) {
      concatenate([], axis: 0)
    }
    try expect(.invalidArgument, ["concatenate: ", "axis 2"], line: #line + 1) {
      concatenate([x, x], axis: 2)
    }
  }

  @Test("iota, reductions and indexing")
  func others() throws {
    let (x, _, k) = try inputs()
    let b = x .> 0
    try expect(.scalarTypeMismatch, ["iota: ", "bool"], line: #line + 1) {
      x.builder.iota(.bool, [3])
    }
    try expect(.invalidArgument, ["iota: ", "axis 0"], line: #line + 1) {
      x.builder.iota(.i32, [])
    }
    try expect(.invalidArgument, ["reduce_max: ", "axis 2", "f32[2, 3]"], line: #line + 1) {
      x.max(squeezingAxes: [2])
    }
    try expect(.invalidArgument, ["reduce_sum: ", "repeat"], line: #line + 1) {
      x.sum(alongAxes: [1, -1])
    }
    try expect(.scalarTypeMismatch, ["reduce_product: ", "bool[2, 3]"], line: #line + 1) {
      b.product()
    }
    try expect(.scalarTypeMismatch, ["mean: ", "i32[4]"], line: #line + 1) {
      k.mean()
    }
    try expect(.scalarTypeMismatch, ["gather: ", "f32[2, 3]"], line: #line + 1) {
      x.gathered(at: x)
    }
    try expect(.invalidArgument, ["gather: ", "axis 5"], line: #line + 1) {
      x.gathered(at: k, axis: 5)
    }
    try expect(.shapeMismatch, ["scatter_add: ", "f32[2, 3]", "[4, 3]"], line: #line + 1) {
      x.scatterAdding(x, at: k)
    }
  }

  @Test("attributes that do not describe an operator")
  func attributes() throws {
    let wrong: [(any Operator.Type, AttributeList)] = [
      (Transpose.self, AttributeList(["permutation": .bool(true)])),
      (Transpose.self, AttributeList()),
      (Slice.self, AttributeList(["axes": .integers([0]), "starts": .integers([0])])),
      (
        Slice.self,
        AttributeList(["axes": .integers([0]), "starts": .integers([]), "limits": .integers([1])])
      ),
      (Pad.self, AttributeList(["low": .integers([0]), "high": .integers([0, 1])])),
      (
        Pad.self,
        AttributeList(["low": .integers([0]), "high": .integers([0]), "value": .text("x")])
      ),
      (Concatenate.self, AttributeList(["axis": .integers([0])])),
      (Iota.self, AttributeList(["axis": .integer(0)])),
      (Extent.self, AttributeList(["axes": .integers([0]), "to": .integer(1)])),
      (Gather.self, AttributeList(["axes": .integer(0)])),
      (DotGeneral.self, AttributeList(["contract_left": .integers([0])])),
      (ReduceMax.self, AttributeList(["axes": .dimensions([.named("B")])])),
    ]
    for (type, attributes) in wrong {
      let error = try #require(throws: Diagnostic.self) { try type.init(attributes: attributes) }
      #expect(error.code == .invalidAttribute)
    }
  }

  @Test("hostile axes are refused, not trusted")
  func hostileAxes() throws {
    let type = TensorType(.f32, [2, 3])
    let indices = TensorType(.i32, [4])
    let wrong: [(any Operator, [TensorType])] = [
      (Transpose(permutation: [0, 1, 2]), [type]), (Transpose(permutation: [Int.min, 1]), [type]),
      (Slice([Slice.Range(axis: 7, start: 0, limit: 1)]), [type]),
      (Concatenate(axis: -1), [type, type]), (Concatenate(axis: 2), [type]),
      (Iota(type, axis: 2), []), (Extent(axes: [2], to: .f32), [type]),
      (Gather(axis: 2), [type, indices]), (Gather(axis: -1), [type, indices]),
      (ScatterAdd(axis: 9), [type, indices, type]), (ReduceMin(axes: [1, 0]), [type]),
      (DotGeneral(left: .init(contract: [2]), right: .init(contract: [0])), [type, type]),
      (DotGeneral(left: .init(contract: [1, 1]), right: .init(contract: [1, 1])), [type, type]),
      (
        DotGeneral(left: .init(batch: [0], contract: [0]), right: .init(batch: [0], contract: [0])),
        [type, type]
      ),
      (DotGeneral(left: .init(contract: [1]), right: .init(contract: [])), [type, type]),
      (
        DotGeneral(left: .init(batch: [0], contract: [1]), right: .init(contract: [1])),
        [type, type]
      ),
    ]
    for (operation, operands) in wrong {
      let error = try #require(throws: Diagnostic.self) {
        try operation.resultTypes(for: operands)
      }
      #expect(error.code == .invalidAttribute, "\(operation.mnemonic)")
    }
  }
}
