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
  ) -> Value? {
    let (before, behind) = products(elements, axis: axis, count: count)
    // Nothing stands before the first and behind the last.
    var parts = [behind.sliced(0..<1, axis: axis)]
    if count > 2 {
      parts.append(
        before.sliced(0..<count - 2, axis: axis) * behind.sliced(1..<count - 1, axis: axis))
    }
    parts.append(before.sliced(count - 2..<count - 1, axis: axis))
    return HyperDual.concatenated(parts, axis: axis).last
  }

  /// For all elements but the first the product of those before, and for all but the last the
  /// product of those behind.
  private static func products(
    _ elements: HyperDual, axis: Int, count: Int
  ) -> (before: HyperDual, behind: HyperDual) {
    let pairs = count / 2
    let isOdd = count % 2 == 1
    let left = elements.sliced(0..<2 * pairs, by: 2, axis: axis)
    let right = elements.sliced(1..<2 * pairs, by: 2, axis: axis)
    if count == 2 { return (left, right) }
    // An element without a neighbour is a pair of its own.
    var blocks = [left * right]
    if isOdd { blocks.append(elements.sliced(count - 1..<count, axis: axis)) }
    let (before, behind) = products(
      HyperDual.concatenated(blocks, axis: axis), axis: axis, count: pairs + (isOdd ? 1 : 0))
    return (
      self.before(before, left, pairs, isOdd, axis),
      self.behind(behind, right, pairs, isOdd, axis)
    )
  }

  /// From products before pairs, all but the first, to those before elements.
  private static func before(
    _ before: HyperDual, _ left: HyperDual, _ pairs: Int, _ isOdd: Bool, _ axis: Int
  ) -> HyperDual {
    var parts = [left.sliced(0..<1, axis: axis)]
    if pairs > 1 {
      let inner = before.sliced(0..<pairs - 1, axis: axis)
      parts.append(
        .interleaved(inner, inner * left.sliced(1..<pairs, axis: axis), axis: axis))
    }
    if isOdd { parts.append(before.sliced(pairs - 1..<pairs, axis: axis)) }
    return .concatenated(parts, axis: axis)
  }

  /// From products behind pairs, all but the last, to those behind elements.
  private static func behind(
    _ behind: HyperDual, _ right: HyperDual, _ pairs: Int, _ isOdd: Bool, _ axis: Int
  ) -> HyperDual {
    if isOdd { return .interleaved(right * behind, behind, axis: axis) }
    let inner = right.sliced(0..<pairs - 1, axis: axis)
    return .concatenated(
      [
        .interleaved(inner * behind, behind, axis: axis),
        right.sliced(pairs - 1..<pairs, axis: axis),
      ], axis: axis)
  }
}
