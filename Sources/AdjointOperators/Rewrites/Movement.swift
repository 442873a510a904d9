import AdjointCore
import AdjointGraph

// Movements of data that move nothing, or that are one. Roots: reshape, broadcast, transpose, slice, pad, concatenate.
extension Rewrite {
  /// Of an operator that gives its operand back, where the type says so.
  private static func movingNothing(_ type: any Operator.Type) -> Rewrite {
    Rewrite(.any(type, of: [x]), to: "x", where: "the type stays") { match in
      match[x].type == match.resultType ? match[x] : nil
    }
  }

  static let reshapeToTheSame = movingNothing(Reshape.self)
  static let broadcastToTheSame = movingNothing(Broadcast.self)
  static let sliceOfEverything = movingNothing(Slice.self)
  static let padWithNothing = movingNothing(Pad.self)
  static let concatenateOne = Rewrite(.any(Concatenate.self, of: [x]), to: x)

  static let reshapeTwice = Rewrite(reshape(reshape(x)), to: "reshape(x)") { match in
    match.builder.apply(match.site.operation, [match[x]])
  }
  static let reshapeOfRepeated = Rewrite(
    reshape(broadcast(x).known(as: y)), to: "broadcast(x)", where: "the broadcast adds every axis"
  ) { match in
    guard let inner = match[y].definition(as: Broadcast.self), inner.axes.isEmpty else {
      return nil
    }
    return match.builder.apply(Broadcast(shape: match.resultType.shape, axes: []), [match[x]])
  }

  static let broadcastTwice = Rewrite(
    broadcast(broadcast(x).known(as: y)), to: "broadcast(x)"
  ) { match in
    guard let outer = match.root(as: Broadcast.self),
      let inner = match[y].definition(as: Broadcast.self)
    else { return nil }
    return match.builder.apply(
      Broadcast(shape: outer.shape, axes: inner.axes.map { outer.axes[$0] }), [match[x]])
  }
  static let broadcastByOne = Rewrite(
    broadcast(x), to: "reshape(x)", where: "only extents of 1 are added"
  ) { match in
    guard let outer = match.root(as: Broadcast.self),
      (0..<outer.shape.rank).allSatisfy({ outer.axes.contains($0) || outer.shape[$0] == 1 })
    else { return nil }
    return match.builder.apply(Reshape(shape: outer.shape), [match[x]])
  }

  static let transposeInPlace = Rewrite(
    transpose(x), to: "x", where: "the axes stay in order"
  ) { match in
    guard let outer = match.root(as: Transpose.self) else { return nil }
    return outer.permutation == Array(outer.permutation.indices) ? match[x] : nil
  }
  static let transposeTwice = Rewrite(
    transpose(transpose(x).known(as: y)), to: "transpose(x)"
  ) { match in
    guard let outer = match.root(as: Transpose.self),
      let inner = match[y].definition(as: Transpose.self)
    else { return nil }
    return match.builder.apply(
      Transpose(permutation: outer.permutation.map { inner.permutation[$0] }), [match[x]])
  }
  static let transposeOfOnes = Rewrite(
    transpose(x), to: "reshape(x)", where: "only extents of 1 move"
  ) { match in
    guard let outer = match.root(as: Transpose.self), outer.keepsOrder(of: match[x].shape) else {
      return nil
    }
    return match.builder.apply(Reshape(shape: match.resultType.shape), [match[x]])
  }
}
