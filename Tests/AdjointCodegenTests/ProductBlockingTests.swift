import AdjointCodegen
import Testing

@Suite struct ProductBlockingTests {
  @Test func blocksAreEvenAndOfWholeVectors() {
    let standard = ProductBlocking.standard
    #expect(standard.blockCount(steps: 448, rowByteCount: 8192) == 1)
    #expect(standard.depth(steps: 447, rowByteCount: 8192, lanes: 16) == 447)
    #expect(standard.blockCount(steps: 449, rowByteCount: 8192) == 2)
    #expect(standard.depth(steps: 449, rowByteCount: 8192, lanes: 16) == 240)
    #expect(standard.blockCount(steps: 2048, rowByteCount: 8192) == 6)
    #expect(standard.depth(steps: 2048, rowByteCount: 8192, lanes: 16) == 352)
  }

  /// As deep as lets all columns pass at once, between 256 and 384.
  @Test(arguments: [
    (rowByteCount: 0, steps: 3840, depth: 384), (4096, 3840, 384), (6144, 3410, 352),
    (8192, 2048, 256), (1 << 20, 2048, 256),
  ])
  func largeBlocksAreLessDeepWhereRowsAreLong(rowByteCount: Int, steps: Int, depth: Int) {
    #expect(
      ProductBlocking.large.depth(steps: steps, rowByteCount: rowByteCount, lanes: 16) == depth)
  }
}
