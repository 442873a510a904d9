import AdjointCore
import AdjointGraph
import AdjointKernels

/// The product along axes, which the result no longer has.
///
/// `∂y/∂x_i` is the product of the other elements. It is formed without dividing by `x_i`, so that
/// zeros are no exception, and so that it can itself be differentiated: the second derivative is
/// right everywhere, the third and higher ones where no element is zero.
package struct ReduceProduct: Reduction {
  package static let mnemonic = "reduce_product"
  package static let combiner = Combiner.product

  package let axes: [Int]
  package init(axes: [Int]) { self.axes = axes }

  package var derivative: Derivative {
    .rules(
      vjp: { (at, cotangents) throws(Diagnostic) in
        guard let cotangent = cotangents[0] else { return [nil] }
        let operand = at.operands[0]
        return [try broadcastBack(cotangent, over: operand) * productOfOthers(operand)]
      },
      jvp: { (at, tangents) throws(Diagnostic) in
        guard let tangent = tangents[0] else { return [nil] }
        return [try (tangent * productOfOthers(at.operands[0])).sum(squeezingAxes: axes)]
      })
  }

  /// For each element the product of the other ones.
  ///
  /// It is the product of the other elements that are not zero, times that of the other zeros,
  /// which is 1 where there is none, the sum of them where there is one, and 0 beyond. The sum,
  /// though 0, carries the derivative.
  private func productOfOthers(_ x: Value) throws(Diagnostic) -> Value {
    let isZero = try x .== 0
    let nonzero = try select(isZero, 1, x)
    let product = try broadcastBack(nonzero.reduced(by: self), over: x)
    let zero = try select(isZero, x, 0)
    let otherZeros = try broadcastBack(zero.sum(squeezingAxes: axes), over: x) - zero
    let one = try isZero.cast(to: x.scalarType)
    let otherCount = try broadcastBack(one.sum(squeezingAxes: axes), over: x) - one
    let factor = try select(otherCount .== 0, 1, select(otherCount .== 1, otherZeros, 0))
    return try product / nonzero * factor
  }

  package static let rewrites: [Rewrite] = commonRewrites
}

extension Value {
  fileprivate func reduced(by product: ReduceProduct) throws(Diagnostic) -> Value {
    try builder.apply(product, [self])
  }
}

extension Value {
  /// The product of all elements, a scalar; 1 where there is none.
  ///
  /// `y = Π x`, with `∂y/∂x_i` the product of the other elements.
  ///
  /// - Throws: `.invalidArgument` where an axis is out of range or repeated, `.scalarTypeMismatch`
  ///   for truth values.
  public func product(file: String = #fileID, line: Int = #line) throws(Diagnostic) -> Value {
    try product(squeezingAxes: Array(0..<rank), file: file, line: line)
  }

  /// The product along axes, which the result no longer has; negative axes count from the back.
  ///
  /// `y = Π x`, with `∂y/∂x_i` the product of the other elements.
  ///
  /// - Throws: `.invalidArgument` where an axis is out of range or repeated, `.scalarTypeMismatch`
  ///   for truth values.
  public func product(
    squeezingAxes axes: [Int], file: String = #fileID, line: Int = #line
  ) throws(Diagnostic) -> Value {
    try reduced(axes, by: ReduceProduct.self, file, line)
  }

  /// The product along axes, which keep an extent of 1.
  ///
  /// `y = Π x`, with `∂y/∂x_i` the product of the other elements.
  ///
  /// - Throws: `.invalidArgument` where an axis is out of range or repeated, `.scalarTypeMismatch`
  ///   for truth values.
  public func product(
    alongAxes axes: [Int], file: String = #fileID, line: Int = #line
  ) throws(Diagnostic) -> Value {
    try reducedKeepingAxes(axes, by: ReduceProduct.self, file, line)
  }
}
