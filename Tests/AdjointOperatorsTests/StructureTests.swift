import AdjointCore
import AdjointGraph
import AdjointOperators
import TestSupport
import Testing

@Suite("Transpose, slice, pad, concatenate, iota, extent")
struct StructureTests {
  private func evaluate(
    _ operands: [Tensor], _ build: ([Value]) throws -> Value
  ) throws -> Tensor { try ElementwiseTesting.evaluate(operands, build) }

  private func counting(_ extents: [Int]) throws -> Tensor {
    try StructureTesting.counting(extents)
  }

  @Test("transposing moves elements, also with negative and reversed axes")
  func transposeValues() throws {
    let x = try counting([2, 3])
    let y = try evaluate([x]) { $0[0].transposed() }
    #expect(y == (try Tensor([0, 3, 1, 4, 2, 5] as [Double], extents: [3, 2])))
    let cube = try counting([2, 3, 5])
    let z = try evaluate([cube]) { $0[0].transposed(permutation: [-1, 0, 1]) }
    #expect(z.extents == [5, 2, 3])
    for (i, j, k) in [(0, 0, 0), (4, 1, 2), (3, 0, 2), (2, 1, 0)] {
      #expect(z.doubles[(i * 2 + j) * 3 + k] == Double((j * 3 + k) * 5 + i))
    }
    #expect(try evaluate([counting([0, 3])]) { $0[0].transposed() }.extents == [3, 0])
  }

  @Test("a transpose that moves only extents of 1 is a view")
  func transposeView() throws {
    let type = TensorType(.f32, [4, 1, 3])
    let moved = Transpose(permutation: [1, 0, 2])
    guard case .view = try moved.lower([type], to: moved.resultTypes(for: [type])) else {
      Issue.record("not a view")
      return
    }
    let y = try evaluate([counting([4, 1, 3])]) { $0[0].transposed(permutation: [1, 0, 2]) }
    #expect(y == (try counting([1, 4, 3])))
  }

  @Test("slicing takes every stride-th element")
  func sliceValues() throws {
    let x = try counting([4, 5])
    let y = try evaluate([x]) { $0[0].sliced(from: [1, 0], to: [4, 5], strides: [2, 3]) }
    #expect(y == (try Tensor([5, 8, 15, 18] as [Double], extents: [2, 2])))
    let z = try evaluate([x]) { $0[0].sliced(axes: [-1], from: [4], to: [5]) }
    #expect(z == (try Tensor([4, 9, 14, 19] as [Double], extents: [4, 1])))
    let empty = try evaluate([x]) { $0[0].sliced(axes: [0], from: [4], to: [4]) }
    #expect(empty.extents == [0, 5])
    let far = try evaluate([x]) {
      $0[0].sliced(axes: [0], from: [3], to: [4], strides: [Int.max])
    }
    #expect(far.doubles == [15, 16, 17, 18, 19])
  }

  @Test("padding surrounds and intersperses")
  func padValues() throws {
    let x = try counting([3])
    let y = try evaluate([x]) {
      $0[0].padded(low: [1], high: [2], interior: [1], with: 9)
    }
    #expect(y.doubles == [9, 0, 9, 1, 9, 2, 9, 9])
    let square = try evaluate([counting([2, 2])]) { $0[0].padded(low: [0, 1], high: [1, 0]) }
    #expect(square.doubles == [0, 0, 1, 0, 2, 3, 0, 0, 0])
    let empty = try evaluate([counting([0, 2])]) {
      $0[0].padded(low: [1, 0], high: [1, 0], with: -1)
    }
    #expect(empty == (try Tensor([-1, -1, -1, -1] as [Double], extents: [2, 2])))
    let lone = try evaluate([counting([1])]) {
      $0[0].padded(low: [1], high: [0], interior: [Int.max - 1], with: 5)
    }
    #expect(lone.doubles == [5, 0])
  }

  @Test("concatenation puts values one behind the other")
  func concatenateValues() throws {
    let a = try counting([2, 1])
    let b = try counting([2, 0])
    let c = try counting([2, 2])
    let y = try evaluate([a, b, c]) { concatenate($0, axis: -1) }
    #expect(y == (try Tensor([0, 0, 1, 1, 2, 3] as [Double], extents: [2, 3])))
    let z = try evaluate([c, c]) { concatenate($0, axis: 0) }
    #expect(z.doubles == [0, 1, 2, 3, 0, 1, 2, 3])
    #expect(try evaluate([c]) { concatenate($0, axis: 0) } == c)
  }

  @Test("iota counts along an axis in any number type")
  func iotaValues() throws {
    let x = try counting([1])
    for scalarType in ScalarType.allCases where scalarType.isNumeric {
      let y = try evaluate([x]) { $0[0].builder.iota(scalarType, [2, 3], axis: -1) }
      #expect(y.scalarType == scalarType)
      #expect(y.doubles == [0, 1, 2, 0, 1, 2])
    }
    let rows = try evaluate([x]) { $0[0].builder.iota(.i32, [2, 3]) }
    #expect(rows.doubles == [0, 0, 0, 1, 1, 1])
  }

  @Test("an extent is known when names are bound")
  func extentValues() throws {
    let x = try counting([3, 4])
    let y = try StructureTesting.evaluateNamed([["B", 4]], ["B": 3], [x]) {
      $0[0].extent(ofAxes: [0, 1], as: .i64)
    }
    #expect(try y == Tensor(scalar: 12, .i64))
    let builder = GraphBuilder()
    let named = builder.input("x", .f32, ["B", 4])
    #expect(try named.extent(ofAxes: [1], as: .f32).constantTensor == Tensor(scalar: 4, .f32))
    #expect(named.extent(ofAxes: [0], as: .f32).definition(as: Extent.self) != nil)
  }

  @Test("transposes of the linear ones", arguments: [[3, 4], [1, 5], [0, 2], [7, 1]])
  func linearTransposes(_ extents: [Int]) throws {
    let x = try StructureTesting.random(extents, seed: 1)
    let y = try StructureTesting.random([2, extents[1]], seed: 2)
    let columns = extents[1]
    let operations: [(any Operator, [Tensor])] = [
      (Transpose(permutation: [1, 0]), [x]),
      (Slice([Slice.Range(axis: 1, start: 0, limit: columns, stride: 2)]), [x]),
      (Slice([Slice.Range(axis: 1, start: columns, limit: columns)]), [x]),
      (Slice([Slice.Range(axis: 0, start: 0, limit: extents[0], stride: 3)]), [x]),
      (Pad([Pad.Padding(low: 2, high: 1, interior: 3), Pad.Padding(high: 1)], with: 0), [x]),
      (Concatenate(axis: 0), [x, y, x]),
      (Reshape(shape: Shape(extents: [extents[0] * columns])), [x]),
      (Broadcast(shape: Shape(extents: [2] + extents), axes: [1, 2]), [x]),
      (ReduceSum(axes: [1]), [x]),
    ]
    for (operation, operands) in operations {
      try StructureTesting.expectTransposed(operation, operands)
    }
  }

  @Test("a pad with another number than 0 is affine")
  func affinePad() throws {
    let result = try DerivativeCheck.run([[3, 2]]) {
      $1[0].padded(low: [1, 0], high: [0, 2], interior: [1, 0], with: 4)
    }
    #expect(result.modes < 1e-12)
    #expect(result.differences < 1e-7)
  }

  @Test("named axes pass through")
  func namedAxes() throws {
    let x = try counting([3, 4])
    let y = try StructureTesting.evaluateNamed([["B", 4]], ["B": 3], [x]) { inputs in
      let cut = inputs[0].sliced(axes: [1], from: [1], to: [3])
      let padded = cut.padded(low: [0, 1], high: [0, 0])
      let joined = concatenate([padded, cut], axis: 1)
      #expect(joined.shape == ["B", 5])
      let positions = joined.builder.iota(.f64, joined.shape, axis: 0)
      return (joined + positions).transposed()
    }
    #expect(y.extents == [5, 3])
    #expect(y.doubles == [0, 1, 2, 1, 6, 11, 2, 7, 12, 1, 6, 11, 2, 7, 12])
  }
}
