import AdjointCore
import AdjointGraph

/// Products of all that stands before each element of an axis, and of all that stands behind it.
///
/// Neighbours are multiplied in pairs, the pairs scanned in the same way, and each element's product
/// is that of its pair, times its neighbour where that stands on the same side. No 1 is put in for what
/// does not exist: it would meet an infinity in the derivative as 0 · ∞.
enum ExclusiveScan {
  /// For each of at least two elements the product of the others; for hyper-dual numbers its
  /// coefficient at all directions.
  static func others(
    _ elements: HyperDual, axis: Int, count: Int
  ) throws(Diagnostic) -> Value? {
    let (before, behind) = try products(elements, axis: axis, count: count)
    // Nothing stands before the first and behind the last.
    var parts = [try behind.sliced(0..<1, axis: axis)]
    if count > 2 {
      parts.append(
        try before.sliced(0..<count - 2, axis: axis) * behind.sliced(1..<count - 1, axis: axis))
    }
    parts.append(try before.sliced(count - 2..<count - 1, axis: axis))
    return try HyperDual.concatenated(parts, axis: axis).last
  }

  /// For all elements but the first the product of those before, and for all but the last the
  /// product of those behind.
  private static func products(
    _ elements: HyperDual, axis: Int, count: Int
  ) throws(Diagnostic) -> (before: HyperDual, behind: HyperDual) {
    let pairs = count / 2
    let isOdd = count % 2 == 1
    let left = try elements.sliced(0..<2 * pairs, by: 2, axis: axis)
    let right = try elements.sliced(1..<2 * pairs, by: 2, axis: axis)
    if count == 2 { return (left, right) }
    // An element without a neighbour is a pair of its own.
    var blocks = [try left * right]
    if isOdd { blocks.append(try elements.sliced(count - 1..<count, axis: axis)) }
    let (before, behind) = try products(
      HyperDual.concatenated(blocks, axis: axis), axis: axis, count: pairs + (isOdd ? 1 : 0))
    return (
      try self.before(before, left, pairs, isOdd, axis),
      try self.behind(behind, right, pairs, isOdd, axis)
    )
  }

  /// From products before pairs, all but the first, to those before elements.
  private static func before(
    _ before: HyperDual, _ left: HyperDual, _ pairs: Int, _ isOdd: Bool, _ axis: Int
  ) throws(Diagnostic) -> HyperDual {
    var parts = [try left.sliced(0..<1, axis: axis)]
    if pairs > 1 {
      let inner = try before.sliced(0..<pairs - 1, axis: axis)
      parts.append(
        try .interleaved(inner, inner * left.sliced(1..<pairs, axis: axis), axis: axis))
    }
    if isOdd { parts.append(try before.sliced(pairs - 1..<pairs, axis: axis)) }
    return try .concatenated(parts, axis: axis)
  }

  /// From products behind pairs, all but the last, to those behind elements.
  private static func behind(
    _ behind: HyperDual, _ right: HyperDual, _ pairs: Int, _ isOdd: Bool, _ axis: Int
  ) throws(Diagnostic) -> HyperDual {
    if isOdd { return try .interleaved(right * behind, behind, axis: axis) }
    let inner = try right.sliced(0..<pairs - 1, axis: axis)
    return try .concatenated(
      [
        .interleaved(inner * behind, behind, axis: axis),
        right.sliced(pairs - 1..<pairs, axis: axis),
      ], axis: axis)
  }
}
