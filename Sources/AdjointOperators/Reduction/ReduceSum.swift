import AdjointCore
import AdjointGraph
import AdjointKernels

/// The sum over axes, which the result no longer has.
///
/// Its transpose is a broadcast.
package struct ReduceSum: Reduction {
  package static let mnemonic = "reduce_sum"
  package static let combiner = Combiner.sum

  package let axes: [Int]
  package init(axes: [Int]) { self.axes = axes }

  package var derivative: Derivative {
    .movement { site, cotangent in
      [broadcastBack(cotangent, over: site.operands[0])]
    }
  }

  package static let rewrites: [Rewrite] =
    commonRewrites + [
      Rewrite("reduce_sum(reduce_sum(x)) → reduce_sum(x)", changing: .range) {
        site in
        guard let outer = site.operation as? ReduceSum,
          let inner = site.operand(0, as: ReduceSum.self)
        else { return nil }
        let source = site.operands[0].operands[0]
        let kept = inner.keptAxes(rank: source.rank)
        let axes = inner.axes + outer.axes.map { kept[$0] }
        return site.builder.apply(ReduceSum(axes: axes.sorted()), [source])
      },
      Rewrite("reduce_sum(broadcast(x)) → x · extent", changing: .range) {
        site in
        sumOfRepeated(site)
      },
    ]

  /// Along axes that a broadcast added, the sum is a product with the number of repetitions.
  private static func sumOfRepeated(_ site: Rewrite.Site) -> Value? {
    guard let sum = site.operation as? ReduceSum, let inner = site.operand(0, as: Broadcast.self),
      site.resultType.scalarType.isDifferentiable
    else { return nil }
    let operand = site.operands[0]
    let repeated = sum.axes.filter { !inner.axes.contains($0) }
    // Zero repetitions of an infinity sum to 0, and their product is NaN.
    guard !repeated.isEmpty, let count = Shape(repeated.map { operand.shape[$0] }).elementCount,
      count > 0
    else { return nil }
    let kept = (0..<operand.rank).filter { !repeated.contains($0) }
    let narrow = site.builder.apply(
      Broadcast(
        shape: Shape(kept.map { operand.shape[$0] }),
        axes: inner.axes.map { axis in kept.count { $0 < axis } }),
      [operand.operands[0]])
    let rest = sum.axes.filter { !repeated.contains($0) }.map { axis in kept.count { $0 < axis } }
    let total = site.builder.apply(ReduceSum(axes: rest), [narrow])
    return count == 1 ? total : total * Double(count)
  }
}

extension Value {
  /// The sum of all elements, a scalar; 0 where there is none.
  ///
  /// `y = Σ x`, with `∂y/∂x = 1`.
  ///
  /// Mistakes: `.invalidArgument` where an axis is out of range or repeated, `.scalarTypeMismatch` for
  /// truth values.
  public func sum(file: String = #fileID, line: Int = #line) -> Value {
    sum(squeezingAxes: Array(0..<rank), file: file, line: line)
  }

  /// The sum over axes, which the result no longer has; negative axes count from the back.
  ///
  /// `y = Σ x`, with `∂y/∂x = 1`.
  ///
  /// Mistakes: `.invalidArgument` where an axis is out of range or repeated, `.scalarTypeMismatch` for
  /// truth values.
  public func sum(
    squeezingAxes axes: [Int], file: String = #fileID, line: Int = #line
  ) -> Value {
    reduced(axes, by: ReduceSum.self, file, line)
  }

  /// The sum over axes, which keep an extent of 1.
  ///
  /// `y = Σ x`, with `∂y/∂x = 1`.
  ///
  /// Mistakes: `.invalidArgument` where an axis is out of range or repeated, `.scalarTypeMismatch` for
  /// truth values.
  public func sum(
    alongAxes axes: [Int], file: String = #fileID, line: Int = #line
  ) -> Value {
    reducedKeepingAxes(axes, by: ReduceSum.self, file, line)
  }
}

// Axes as variadics.
extension Value {
  /// The sum over axes, which the result no longer has; negative axes count from the back.
  ///
  /// `sum(squeezingAxes:)` with its axes one by one.
  public func sum(squeezingAxes axes: Int..., file: String = #fileID, line: Int = #line) -> Value {
    sum(squeezingAxes: axes, file: file, line: line)
  }

  /// The sum over axes, which keep an extent of 1.
  ///
  /// `sum(alongAxes:)` with its axes one by one.
  public func sum(alongAxes axes: Int..., file: String = #fileID, line: Int = #line) -> Value {
    sum(alongAxes: axes, file: file, line: line)
  }
}

// The page of the reference.
extension ReduceSum {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .reduction, "The sum over axes.",
      formula: "y = Σ x over `axes`",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The other axes of x, of its type.",
      attributes: [
        OperatorPage.Part(
          "axes", "the axes that are combined over, ascending; the result does not have them")
      ],
      reverse: ["x̄ = ȳ, repeated along the axes"],
      forward: "ẏ = the sum of ẋ over the axes",
      conventions: [
        "Over no element it is 0.", "Arithmetic of whole numbers wraps around.",
        "In Swift `squeezingAxes:` gives this result, and `alongAxes:` one with an "
          + "extent of 1 in place of each axis.",
      ],
      example: OperatorPage.Example(
        [OperatorPage.Input("x", .f64, [2, 3], elements: [3, -1, 2, 0.5, 4, -6])],
        "x.sum(squeezingAxes: 1)"
      ) { $1[0].sum(squeezingAxes: 1) })
  }
}

extension ReduceSum {
  package func notation(for operands: [TensorType]) -> Notation? {
    .reduction("Σ", "\\sum", over: axes, of: operands[0].rank)
  }
}
