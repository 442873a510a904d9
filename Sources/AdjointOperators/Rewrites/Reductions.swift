import AdjointCore
import AdjointGraph

// Roots: reduce_sum, reduce_product, reduce_max, reduce_min.
extension Rewrite {
  /// Of any reduction.
  private static func overOnes<Reduced: Reduction>(_ type: Reduced.Type) -> Rewrite {
    Rewrite(.any(type, of: [x]), to: "reshape(x)", where: "it is over extents of 1") { match in
      // Over no axis at all this is the operand itself.
      guard let reduction = match.root(as: Reduced.self),
        reduction.axes.allSatisfy({ match[x].shape[$0] == 1 })
      else { return nil }
      if reduction.axes.isEmpty { return match[x] }
      return match.builder.apply(Reshape(shape: match.resultType.shape), [match[x]])
    }
  }

  static let sumOverOnes = overOnes(ReduceSum.self)
  static let productOverOnes = overOnes(ReduceProduct.self)
  static let maximumOverOnes = overOnes(ReduceMax.self)
  static let minimumOverOnes = overOnes(ReduceMin.self)

  static let sumOfSums = Rewrite(
    reduceSum(reduceSum(x).known(as: s)), to: "reduce_sum(x)", changing: .range
  ) { match in
    guard let outer = match.root(as: ReduceSum.self),
      let inner = match[s].definition(as: ReduceSum.self)
    else { return nil }
    let kept = inner.keptAxes(rank: match[x].rank)
    let axes = inner.axes + outer.axes.map { kept[$0] }
    return match.builder.apply(ReduceSum(axes: axes.sorted()), [match[x]])
  }

  /// Along axes that a broadcast added, the sum is a product with the number of repetitions.
  static let sumOfRepeated = Rewrite(
    reduceSum(broadcast(x).known(as: y)), to: "x · extent",
    where: "x is floating point, and repeated along axes summed over", changing: .range
  ) { match in
    let operand = match[y]
    guard let sum = match.root(as: ReduceSum.self),
      let inner = operand.definition(as: Broadcast.self),
      match.resultType.scalarType.isDifferentiable
    else { return nil }
    let repeated = sum.axes.filter { !inner.axes.contains($0) }
    // Zero repetitions of an infinity sum to 0, and their product is NaN.
    guard !repeated.isEmpty, let count = Shape(repeated.map { operand.shape[$0] }).elementCount,
      count > 0
    else { return nil }
    let kept = (0..<operand.rank).filter { !repeated.contains($0) }
    let narrow = match.builder.apply(
      Broadcast(
        shape: Shape(kept.map { operand.shape[$0] }),
        axes: inner.axes.map { axis in kept.count { $0 < axis } }),
      [match[x]])
    let rest = sum.axes.filter { !repeated.contains($0) }.map { axis in kept.count { $0 < axis } }
    let total = match.builder.apply(ReduceSum(axes: rest), [narrow])
    return count == 1 ? total : total * Double(count)
  }
}
