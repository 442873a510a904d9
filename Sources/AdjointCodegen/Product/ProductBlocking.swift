import AdjointCore
import AdjointKernels

/// How large the blocks of a product are that a processor goes through.
package struct ProductBlocking: Hashable, Sendable {
  /// The bytes of the right operand that lie packed while tiles pass.
  package var passingByteCount: Int
  /// The fewest steps of the inner dimension in a block of several.
  ///
  /// Blocks are as deep as lets all columns of the right operand pass at once, but no less deep: whole
  /// rows are read from memory at twice the speed of parts, and tiles of the left operand are copied once.
  package var leastDepth: Int

  /// The most steps of the inner dimension in a block of several.
  private static let mostDepth = 384
  /// The most in a block that is the only one: it saves adding to what is there.
  package static let onlyDepth = 448

  /// What lies packed stays in a core's second cache.
  package static let standard = ProductBlocking(passingByteCount: 1 << 19, leastDepth: mostDepth)
  /// What lies packed comes from a third cache, of which a core has a large share.
  package static let large = ProductBlocking(passingByteCount: 1 << 21, leastDepth: 256)
  /// How many times what lies packed the share of a core is at least: the operands of the next blocks pass
  /// through it too, and other cores' work.
  private static let largeShares = 4

  /// Whether a core has the share of a third cache that large blocks need.
  static func hasLargeShare(_ caches: [MachineModel.Cache]) -> Bool {
    guard caches.count > 2 else { return false }
    return caches[2].byteCount / max(caches[2].coreCount, 1)
      >= largeShares * large.passingByteCount
  }

  /// The blocks in which so many steps are done with so many bytes in each row of the right operand.
  package func blockCount(steps: Int, rowByteCount: Int) -> Int {
    if steps <= Self.onlyDepth { return 1 }
    let fitting = passingByteCount / max(rowByteCount, 1)
    let depth = min(max(fitting, leastDepth), Self.mostDepth)
    return (steps + depth - 1) / depth
  }

  /// The steps of a block: whole vectors where there are several, so that what is turned begins with one.
  package func depth(steps: Int, rowByteCount: Int, lanes: Int) -> Int {
    let blocks = blockCount(steps: steps, rowByteCount: rowByteCount)
    if blocks == 1 { return steps }
    let even = (steps + blocks - 1) / blocks
    return (even + lanes - 1) / lanes * lanes
  }
}

extension MachineModel.FixedPart {
  /// The blocks of a product; nil where the library is the faster choice: for products with a vector,
  /// which wait for memory as in any library, and for the largest.
  ///
  /// On a Zen 4 with 16 MiB of third cache for each core generated code does 256 × 2048 × 2048
  /// multiplications in 0.91 of OpenBLAS's time, 2³³ in 0.97, and 2³⁶ in 1.03.
  func productBlocking(_ product: Contraction) -> ProductBlocking? {
    guard product.batch > 0, product.rows > 1, product.columns > 1, product.inner > 0 else {
      return nil
    }
    let work = Double(product.rows) * Double(product.columns) * Double(product.inner)
    if work <= 0x1p28 { return .standard }
    return ProductBlocking.hasLargeShare(caches) && work <= 0x1p33 ? .large : nil
  }
}
