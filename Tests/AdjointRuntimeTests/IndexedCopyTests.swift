import AdjointCore
import AdjointKernels
import AdjointRuntime
import Testing

@Suite struct IndexedCopyTests {
  private func indices(_ type: ScalarType, _ count: Int) throws -> Tensor {
    switch type {
    case .i64:
      let values: [Int64] = [0, 2, -1, 4, 5, 1, .min, .max, 2, 4_294_967_296]
      return try Tensor(.i64((0..<count).map { values[$0 % 10] }), extents: [count])
    case .u8:
      let values: [UInt8] = [0, 2, 255, 4, 5, 1, 128, 2]
      return try Tensor(.u8((0..<count).map { values[$0 % 8] }), extents: [count])
    case .i32, .f32, .f64, .bool:
      let values: [Int32] = [0, 2, -1, 4, 5, 1, .min, .max, 2]
      return try Tensor((0..<count).map { values[$0 % 9] })
    }
  }

  @Test(arguments: ScalarType.allCases)
  func gatherReadsWhatTheInterpreterReads(type: ScalarType) throws {
    var random = SeededRandom(5)
    for indexType in [ScalarType.i32, .i64, .u8] {
      for (outer, extent, inner, count) in [
        (1, 5, 1, 9), (3, 5, 4, 11), (2, 0, 3, 4), (0, 5, 2, 3), (2, 5, 0, 3), (2, 5, 3, 0),
      ] {
        let copy = IndexedCopy(
          type, indexType: indexType, outer: outer, extent: extent, inner: inner, count: count)
        let data = try random.tensor(TensorType(type, extents: [outer, extent, inner]))
        let (found, wanted) = try runBoth(
          .gather(copy), [data, indices(indexType, count)],
          results: [TensorType(type, extents: [outer, count, inner])])
        let same = agree(found[0], wanted[0])
        #expect(same, "\(copy)")
      }
    }
  }

  @Test(arguments: ScalarType.allCases)
  func scatterAddsInPlaceAndElsewhere(type: ScalarType) throws {
    var random = SeededRandom(6)
    for indexType in [ScalarType.i32, .i64, .u8] {
      for (outer, extent, inner, count) in [
        (1, 5, 1, 9), (3, 5, 4, 11), (2, 0, 3, 4), (0, 5, 2, 3), (2, 5, 0, 3), (2, 5, 3, 0),
      ] {
        let copy = IndexedCopy(
          type, indexType: indexType, outer: outer, extent: extent, inner: inner, count: count)
        let whole = TensorType(type, extents: [outer, extent, inner])
        let data = try random.tameTensor(whole)
        let updates = try random.tameTensor(TensorType(type, extents: [outer, count, inner]))
        for over in [[:], [0: 0]] {
          let (found, wanted) = try runBoth(
            .scatterAdd(copy), [data, indices(indexType, count), updates], results: [whole],
            over: over)
          let same = agree(found[0], wanted[0])
          #expect(same, "\(copy) over \(over)")
        }
      }
    }
  }
}
