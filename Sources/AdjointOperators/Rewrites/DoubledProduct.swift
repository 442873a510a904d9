import AdjointCore
import AdjointGraph

extension Rewrite {
  /// At a sum, of one product with itself as the derivative of a scaled square has it.
  ///
  /// Doubling a number is exact, so the product of the doubled one has the bits of the sum, but where they are
  /// subnormal. Half of a square leaves what was squared, and neither a product nor a sum.
  static let doubledProduct = Rewrite("c · x + c · x → 2c · x", changing: .rounding) { site in
    let product = site.operands[0]
    guard product.isIdentical(to: site.operands[1]),
      product.definition(as: Multiply.self) != nil,
      let (number, other) = product.operands.constantFactor, other.type == site.resultType,
      number.magnitude <= largestDoubled
    else { return nil }
    return number == 0.5 ? other : other * (2 * number)
  }

  /// Far below where twice a number overflows in any type.
  private static let largestDoubled = 0x1p100
}
