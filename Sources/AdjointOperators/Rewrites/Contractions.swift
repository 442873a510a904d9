import AdjointCore
import AdjointGraph

// Transposes that strides of a contraction can stand for. Roots: dot_general, transpose.
extension Rewrite {
  /// A product that reads what its operands are transposes of, where the kernel's strides can stand
  /// for the transposes and the result keeps the order of its axes.
  static let contractTransposed = Rewrite(
    .any(DotGeneral.self, of: [transpose(x), y], order: .either), to: "dot_general(x, y)",
    where: "the free axes stay in order, and the kernel reads x in place", .contraction
  ) { match in
    let site = match.site
    guard let dot = site.operation as? DotGeneral else { return nil }
    var values = site.operands
    var sides = [dot.left, dot.right]
    var changed = false
    for index in 0...1 {
      guard let transpose = site.operand(index, as: Transpose.self) else { continue }
      let source = values[index].operands[0]
      guard let side = sides[index].seen(through: transpose.permutation) else { continue }
      var candidate = sides
      candidate[index] = side
      let pairs = DotGeneral.pairs(candidate[0], candidate[1], by: \.0)
      var shapes = values.map(\.shape)
      shapes[index] = source.shape
      let ordered = [
        DotGeneral.Side(batch: candidate[0].batch, contract: pairs.map(\.0)),
        DotGeneral.Side(batch: candidate[1].batch, contract: pairs.map(\.1)),
      ]
      guard zip(ordered, shapes).allSatisfy({ $0.isReadInPlace($1) }) else { continue }
      values[index] = source
      sides = ordered
      changed = true
    }
    guard changed else { return nil }
    return site.builder.apply(DotGeneral(left: sides[0], right: sides[1]), values)
  }

  /// A product with its two groups of free axes exchanged is the product of the exchanged operands.
  static let transposeContracted = Rewrite(
    transpose(dotGeneral(x, y).known(as: z)), to: "dot_general(y, x)",
    where: "the free axes of x and those of y are exchanged", .contraction
  ) { match in
    guard let outer = match.root(as: Transpose.self),
      let dot = match[z].definition(as: DotGeneral.self)
    else { return nil }
    let batch = dot.left.batch.count
    let rows = dot.left.free(rank: match[x].rank).count
    let rank = match.resultType.rank
    let exchanged =
      Array(0..<batch) + Array((batch + rows)..<rank) + Array(batch..<(batch + rows))
    guard outer.permutation == exchanged else { return nil }
    return match.builder.apply(
      DotGeneral(left: dot.right, right: dot.left), [match[y], match[x]])
  }
}

extension DotGeneral.Side {
  /// The same axes numbered as the transposed value's operand has them, or nil where the order of
  /// the free axes, which is the result's, would change.
  fileprivate func seen(through permutation: [Int]) -> DotGeneral.Side? {
    let free = free(rank: permutation.count).map { permutation[$0] }
    guard free == free.sorted() else { return nil }
    return DotGeneral.Side(
      batch: batch.map { permutation[$0] }, contract: contract.map { permutation[$0] })
  }
}
