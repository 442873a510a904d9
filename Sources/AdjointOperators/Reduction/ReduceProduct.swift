import AdjointCore
import AdjointGraph
import AdjointKernels

/// The product along axes, which the result no longer has; 1 over no element.
///
/// Of whole numbers it wraps around.
///
/// `∂y/∂x_i = Π_{j≠i} x_j`, the operator `product_of_others`, which divides by nothing and is right
/// where elements are zero, tiny, huge or infinite. Its own comment says how it is computed, over
/// named axes too. The tangent is `Σ_i t_i · Π_{j≠i} x_j`.
package struct ReduceProduct: Reduction {
  package static let mnemonic = "reduce_product"
  package static let combiner = Combiner.product

  package let axes: [Int]
  package init(axes: [Int]) { self.axes = axes }

  package var derivative: Derivative {
    .rules(
      vjp: { site, cotangents in
        guard let cotangent = cotangents[0] else { return [nil] }
        let operand = site.operands[0]
        let others = site.builder.apply(ProductOfOthers(axes: axes), [operand])
        return [broadcastBack(cotangent, over: operand) * others]
      },
      jvp: { site, tangents in
        guard let tangent = tangents[0] else { return [nil] }
        let others = site.builder.apply(ProductOfOthers(axes: axes), [site.operands[0]])
        return [(tangent * others).sum(squeezingAxes: axes)]
      })
  }
}

extension Value {
  /// The product of all elements, a scalar; 1 where there is none.
  ///
  /// `y = Π x`, with `∂y/∂x_i = Π_{j≠i} x_j`: no division, so zeros and infinities are no exception.
  /// The product of whole numbers wraps around.
  ///
  /// Mistakes: `.invalidArgument` where an axis is out of range or repeated, `.scalarTypeMismatch` for
  /// truth values.
  public func product(file: String = #fileID, line: Int = #line) -> Value {
    product(squeezingAxes: Array(0..<rank), file: file, line: line)
  }

  /// The product along axes, which the result no longer has; negative axes count from the back.
  ///
  /// `y = Π x`, with `∂y/∂x_i = Π_{j≠i} x_j`: no division, so zeros and infinities are no exception.
  /// The product of whole numbers wraps around.
  ///
  /// Mistakes: `.invalidArgument` where an axis is out of range or repeated, `.scalarTypeMismatch` for
  /// truth values.
  public func product(
    squeezingAxes axes: [Int], file: String = #fileID, line: Int = #line
  ) -> Value {
    reduced(axes, by: ReduceProduct.self, file, line)
  }

  /// The product along axes, which keep an extent of 1.
  ///
  /// `y = Π x`, with `∂y/∂x_i = Π_{j≠i} x_j`: no division, so zeros and infinities are no exception.
  /// The product of whole numbers wraps around.
  ///
  /// Mistakes: `.invalidArgument` where an axis is out of range or repeated, `.scalarTypeMismatch` for
  /// truth values.
  public func product(
    alongAxes axes: [Int], file: String = #fileID, line: Int = #line
  ) -> Value {
    reducedKeepingAxes(axes, by: ReduceProduct.self, file, line)
  }
}

// Axes as variadics.
extension Value {
  /// The product along axes, which the result no longer has; negative axes count from the back.
  ///
  /// `product(squeezingAxes:)` with its axes one by one.
  public func product(squeezingAxes axes: Int..., file: String = #fileID, line: Int = #line)
    -> Value
  {
    product(squeezingAxes: axes, file: file, line: line)
  }

  /// The product along axes, which keep an extent of 1.
  ///
  /// `product(alongAxes:)` with its axes one by one.
  public func product(alongAxes axes: Int..., file: String = #fileID, line: Int = #line) -> Value {
    product(alongAxes: axes, file: file, line: line)
  }
}

// The page of the reference.
extension ReduceProduct {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .reduction, "The product over axes.",
      formula: "y = Π x over `axes`",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The other axes of x, of its type.",
      attributes: [
        OperatorPage.Part(
          "axes", "the axes that are combined over, ascending; the result does not have them")
      ],
      reverse: ["x̄ᵢ = ȳ · Π_{k≠i} xₖ, the operator `product_of_others`"],
      forward: "ẏ = Σᵢ ẋᵢ · Π_{k≠i} xₖ",
      conventions: [
        "Over no element it is 1.",
        "The derivative divides by nothing, so it is right where elements are 0 or "
          + "infinite.", "Arithmetic of whole numbers wraps around.",
        "In Swift `squeezingAxes:` gives this result, and `alongAxes:` one with an "
          + "extent of 1 in place of each axis.",
      ],
      example: OperatorPage.Example(
        [OperatorPage.Input("x", .f64, [2, 3], elements: [3, -1, 2, 0.5, 4, -6])],
        "x.product(squeezingAxes: 1)"
      ) { $1[0].product(squeezingAxes: 1) })
  }
}

extension ReduceProduct {
  package func notation(for operands: [TensorType]) -> Notation? {
    .reduction("Π", "\\prod", over: axes, of: operands[0].rank)
  }
}
