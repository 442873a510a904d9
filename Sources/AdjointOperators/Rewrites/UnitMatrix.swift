import AdjointCore
import AdjointGraph

// The matrix of a linear map is the map of a batch of unit vectors, and where the map begins with a product, the first
// product is with the unit matrix.
extension Rewrite {
  /// The other operand of a product with the unit matrix; of one with diag(d), its slices times d.
  ///
  ///     %0 = iota() {axis = 0, type = i32[n, n]}
  ///     %1 = iota() {axis = 1, type = i32[n, n]}
  ///     %2 = equal(%0, %1)
  ///     %3 = cast(%2) {to = f64}
  ///     %z = dot_general(%3, %w)             →     %z = transpose(%w), or %w where its axis stays first
  ///
  /// What is not finite reaches only its own place, and not all that a zero is multiplied with.
  static let productWithDiagonal = Rewrite(
    .any(
      DotGeneral.self, of: [.leaf("diag(d)", where: { $0.diagonal != nil }), x], order: .either,
      notation: .infix("·", "", .product)),
    to: "d · x, slice by slice", where: "one axis is summed over, and none is a batch's",
    changing: .range
  ) { match in
    guard let dot = match.root(as: DotGeneral.self), dot.left.batch.isEmpty,
      dot.left.contract.count == 1
    else { return nil }
    let axes = [dot.left.contract[0], dot.right.contract[0]]
    for index in 0...1 {
      guard let diagonal = match.operands[index].diagonal else { continue }
      let other = match.operands[1 - index]
      let axis = axes[1 - index]
      var rest = Array(0..<other.rank)
      rest.remove(at: axis)
      let product = other.transposed(permutation: index == 0 ? [axis] + rest : rest + [axis])
      guard case .numbers(let numbers) = diagonal else { return product }
      let place = index == 0 ? 0 : other.rank - 1
      return product * numbers.broadcast(to: product.shape, axes: [place])
    }
    return nil
  }
}

/// What is on the diagonal of a matrix that is 0 elsewhere.
private enum Diagonal {
  case ones
  case numbers(Value)
}

extension Value {
  /// What the diagonal of this value has, where it is seen to be a diagonal matrix.
  fileprivate var diagonal: Diagonal? {
    if isUnitMatrix { return .ones }
    guard definition(as: Multiply.self) != nil else { return nil }
    for (matrix, factor) in operands.inEitherOrder where matrix.isUnitMatrix {
      guard factor.definition(as: Broadcast.self) != nil, factor.operands[0].rank == 1 else {
        continue
      }
      return .numbers(factor.operands[0])
    }
    return nil
  }

  /// Whether this is the square matrix that is 1 where its positions are equal and 0 elsewhere.
  private var isUnitMatrix: Bool {
    guard rank == 2, shape[0] == shape[1], scalarType.isNumeric,
      definition(as: Cast.self) != nil, operands[0].definition(as: Equal.self) != nil
    else { return false }
    let axes = operands[0].operands.map { $0.definition(as: Iota.self)?.axis }
    return axes == [0, 1] || axes == [1, 0]
  }
}
