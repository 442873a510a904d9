import AdjointCore
import AdjointGraph

extension DotGeneral {
  /// A product that reads what its operands are transposes of, where the kernel's strides can stand
  /// for the transposes and the result keeps the order of its axes.
  static func absorbTranspose(_ site: Rewrite.Site) -> Value? {
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
      let pairs = pairs(candidate[0], candidate[1], by: \.0)
      var shapes = values.map(\.shape)
      shapes[index] = source.shape
      let ordered = [
        Side(batch: candidate[0].batch, contract: pairs.map(\.0)),
        Side(batch: candidate[1].batch, contract: pairs.map(\.1)),
      ]
      guard zip(ordered, shapes).allSatisfy({ $0.isReadInPlace($1) }) else { continue }
      values[index] = source
      sides = ordered
      changed = true
    }
    guard changed else { return nil }
    return site.builder.apply(DotGeneral(left: sides[0], right: sides[1]), values)
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
