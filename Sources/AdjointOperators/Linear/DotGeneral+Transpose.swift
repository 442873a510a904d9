import AdjointCore
import AdjointGraph

// The transposes: products of the cotangent with the other operand, whose free axes are summed
// over.
extension DotGeneral {
  func cotangentOfLeft(_ cotangent: Value, _ site: Derivative.Site) -> Value {
    let (x, y) = (site.operands[0], site.operands[1])
    let rows = left.free(rank: x.rank)
    let columns = right.free(rank: y.rank)
    let batch = left.batch.count
    let result = Self.Side(
      batch: Array(0..<batch),
      contract: Array((batch + rows.count)..<(batch + rows.count + columns.count)))
    return Self.cotangent(
      of: left, rank: x.rank, paired: right.contract,
      (cotangent, result), (y, Self.Side(batch: right.batch, contract: columns)))
  }

  func cotangentOfRight(_ cotangent: Value, _ site: Derivative.Site) -> Value {
    let (x, y) = (site.operands[0], site.operands[1])
    let rows = left.free(rank: x.rank)
    let batch = left.batch.count
    let result = Self.Side(
      batch: Array(0..<batch), contract: Array(batch..<(batch + rows.count)))
    return Self.cotangent(
      of: right, rank: y.rank, paired: left.contract,
      (cotangent, result), (x, Self.Side(batch: left.batch, contract: rows)))
  }

  /// The product of the result's cotangent and the other factor, its axes in the operand's order.
  ///
  /// Of the two orders of the factors it takes the one that needs no transpose, if there is one.
  private static func cotangent(
    of operand: Side, rank: Int, paired: [Int],
    _ cotangent: (value: Value, side: Side), _ other: (value: Value, side: Side)
  ) -> Value {
    let batch = operand.batch.count
    let free = operand.free(rank: rank)
    // The product has the batch axes, then the operand's free axes and those paired with its
    // contracted ones, in either order.
    let summed = paired.map { axis in paired.count { $0 < axis } }
    func permutation(freeAt: Int, contractAt: Int) -> [Int] {
      var sources = Array(repeating: 0, count: rank)
      for (position, axis) in operand.batch.enumerated() { sources[axis] = position }
      for (position, axis) in free.enumerated() { sources[axis] = freeAt + position }
      for (position, axis) in operand.contract.enumerated() {
        sources[axis] = contractAt + summed[position]
      }
      return sources
    }
    let swapped = permutation(freeAt: batch + summed.count, contractAt: batch)
    if swapped == Array(0..<rank) {
      return other.value.contracted(other.side, with: cotangent.value, cotangent.side)
    }
    let product = cotangent.value.contracted(cotangent.side, with: other.value, other.side)
    let order = permutation(freeAt: batch, contractAt: batch + free.count)
    if order == Array(0..<rank) { return product }
    return product.builder.apply(Transpose(permutation: order), [product])
  }
}

extension Value {
  /// A product whose operands a contraction kernel can read in place: one that it cannot is
  /// transposed first, which costs less than a product that walks memory out of order.
  func contracted(
    _ left: DotGeneral.Side, with other: Value, _ right: DotGeneral.Side
  ) -> Value {
    var best: (transposes: Int, dot: DotGeneral)?
    // The order in which pairs are summed is free; an operand is read in place in at most one
    // order.
    for pairs in [DotGeneral.pairs(left, right, by: \.0), DotGeneral.pairs(left, right, by: \.1)] {
      let dot = DotGeneral(
        left: DotGeneral.Side(batch: left.batch, contract: pairs.map(\.0)),
        right: DotGeneral.Side(batch: right.batch, contract: pairs.map(\.1)))
      let transposes =
        (dot.left.isReadInPlace(shape) ? 0 : 1) + (dot.right.isReadInPlace(other.shape) ? 0 : 1)
      if transposes < best?.transposes ?? 3 { best = (transposes, dot) }
    }
    let dot = best?.dot ?? DotGeneral(left: left, right: right)
    let (x, leftSide) = arranged(dot.left)
    let (y, rightSide) = other.arranged(dot.right)
    return builder.apply(DotGeneral(left: leftSide, right: rightSide), [x, y])
  }

  /// This value, or its transpose with batch, free and contracted axes in this order, where it
  /// cannot be read in place.
  private func arranged(_ side: DotGeneral.Side) -> (Value, DotGeneral.Side) {
    if side.isReadInPlace(shape) { return (self, side) }
    let order = side.batch + side.free(rank: rank) + side.contract
    let batch = side.batch.count
    return (
      builder.apply(Transpose(permutation: order), [self]),
      DotGeneral.Side(
        batch: Array(0..<batch), contract: Array((rank - side.contract.count)..<rank))
    )
  }
}
