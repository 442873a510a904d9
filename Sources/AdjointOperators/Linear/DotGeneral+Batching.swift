import AdjointCore
import AdjointGraph

extension DotGeneral {
  /// Where both operands are batched, one more batch axis; where one is, one more free axis of it, so that
  /// a product for each example becomes one larger product.
  package var batching: Batching {
    .rule { site in
      let (x, y) = (site.operands[0], site.operands[1])
      let result: Value
      switch (x.isBatched, y.isBatched) {
      case (true, false): result = productOfRows(x.value, y.value)
      case (false, true): result = productOfColumns(x.value, y.value)
      default:
        result = site.batched(0).contracted(
          left.shifted(joining: true), with: site.batched(1), right.shifted(joining: true))
      }
      return [BatchedValue(result, isBatched: true)]
    }
  }

  /// The left operand has the axis of the batch, the first of its free axes.
  private func productOfRows(_ x: Value, _ y: Value) -> Value {
    x.contracted(left.shifted(joining: false), with: y, right)
      .movingAxisToFront(left.batch.count)
  }

  /// The right operand has the axis of the batch, the first of its free axes.
  private func productOfColumns(_ x: Value, _ y: Value) -> Value {
    let batched = right.shifted(joining: false)
    // Without other columns the product with its factors exchanged has its axes in order.
    if right.free(rank: y.rank - 1).isEmpty {
      return y.contracted(batched, with: x, left).movingAxisToFront(left.batch.count)
    }
    let rows = left.free(rank: x.rank).count
    return x.contracted(left, with: y, batched).movingAxisToFront(left.batch.count + rows)
  }
}

extension DotGeneral.Side {
  /// The side of an operand with one more axis in front, which is a batch axis where it joins, else free.
  fileprivate func shifted(joining: Bool) -> DotGeneral.Side {
    DotGeneral.Side(
      batch: (joining ? [0] : []) + batch.map { $0 + 1 }, contract: contract.map { $0 + 1 })
  }
}
