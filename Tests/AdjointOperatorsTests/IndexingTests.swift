import AdjointCore
import AdjointGraph
import AdjointOperators
import TestSupport
import Testing

@Suite("Gather and scatter-add")
struct IndexingTests {
  private func evaluate(
    _ operands: [Tensor], _ build: ([Value]) throws -> Value
  ) throws -> Tensor { try ElementwiseTesting.evaluate(operands, build) }

  private func indices(_ numbers: [Double], _ extents: [Int], _ type: ScalarType) throws -> Tensor {
    try Tensor(Tensor.Storage(casting: numbers, as: type), extents: extents)
  }

  @Test("gathers rows and columns", arguments: [ScalarType.i32, .i64, .u8])
  func gather(_ type: ScalarType) throws {
    let x = try StructureTesting.counting([3, 2])
    let rows = try evaluate([x, indices([2, 0], [2], type)]) { $0[0].gathered(at: $0[1]) }
    #expect(rows == (try Tensor([4, 5, 0, 1] as [Double], extents: [2, 2])))
    let columns = try evaluate([x, indices([1, 1, 0, 1], [2, 2], type)]) {
      $0[0].gathered(at: $0[1], axis: -1)
    }
    #expect(columns.extents == [3, 2, 2])
    #expect(columns.doubles == [1, 1, 0, 1, 3, 3, 2, 3, 5, 5, 4, 5])
    let one = try evaluate([x, indices([1], [], type)]) { $0[0].gathered(at: $0[1]) }
    #expect(one == (try Tensor([2, 3] as [Double])))
    #expect(
      try evaluate([x, indices([], [0], type)]) { $0[0].gathered(at: $0[1]) }.extents == [0, 2])
  }

  @Test("an index outside gives NaN, or 0 for whole numbers")
  func gatherOutside() throws {
    let at = try indices([-1, 1, 3], [3], .i32)
    let y = try evaluate([StructureTesting.counting([3]), at]) { $0[0].gathered(at: $0[1]) }
      .doubles
    #expect(y[0].isNaN && y[1] == 1 && y[2].isNaN)
    let whole = try evaluate([StructureTesting.counting([3], .i32), at]) {
      $0[0].gathered(at: $0[1])
    }
    #expect(whole.doubles == [0, 1, 0])
  }

  @Test("scatters add where indices repeat and drop what is outside")
  func scatter() throws {
    let x = try StructureTesting.counting([3, 2])
    let updates = try Tensor([10, 20, 30, 40, 50, 60, 70, 80] as [Double], extents: [4, 2])
    let y = try evaluate([x, indices([2, 0, 2, 9], [4], .i32), updates]) {
      $0[0].scatterAdding($0[2], at: $0[1])
    }
    #expect(y.doubles == [30, 41, 2, 3, 64, 85])
    let z = try evaluate([x, indices([1], [], .i64), Tensor([7, 8, 9] as [Double])]) {
      $0[0].scatterAdding($0[2], at: $0[1], axis: 1)
    }
    #expect(z.doubles == [0, 8, 2, 11, 4, 14])
  }

  @Test("each is the other's transpose, also for indices outside", arguments: [0, 1])
  func transposes(_ axis: Int) throws {
    let data = try StructureTesting.random([5, 5, 3], seed: 1)
    let at = try indices([0, 4, 4, 2, -1, 5], [2, 3], .i32)
    let type = try Gather(axis: axis).resultTypes(for: [data.type, at.type])[0]
    let updates = try Tensor.random(type, seed: 2)
    try StructureTesting.expectTransposed(ScatterAdd(axis: axis), [data, at, updates])
    let inside = try indices([0, 4, 4, 2, 1, 0], [2, 3], .i32)
    try StructureTesting.expectTransposed(Gather(axis: axis), [data, inside])
  }

  @Test("scatter's transpose with 8-bit indices into a longer axis")
  func shortIndices() throws {
    let data = try StructureTesting.random([300], seed: 1)
    let at = try indices([255, 3, 255], [3], .u8)
    try StructureTesting.expectTransposed(
      ScatterAdd(axis: 0), [data, at, StructureTesting.random([3], seed: 3)])
  }

  @Test("named dimensions")
  func named() throws {
    let x = try StructureTesting.counting([3, 2])
    let at = try indices([2, 1, 2], [3], .i32)
    let y = try StructureTesting.evaluateNamed([["V", 2], ["N"]], ["V": 3, "N": 3], [x, at]) {
      let rows = $0[0].gathered(at: $0[1])
      #expect(rows.shape == ["N", 2])
      return $0[0].scatterAdding(rows, at: $0[1])
    }
    #expect(y.doubles == [0, 1, 4, 6, 12, 15])
  }
}
