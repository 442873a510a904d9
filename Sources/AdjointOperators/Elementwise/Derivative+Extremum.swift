import AdjointCore
import AdjointGraph

extension Derivative.Site {
  /// The partials of a maximum or a minimum: to each operand 1 where it is ahead, ½ where both are
  /// equal, 0 elsewhere.
  ///
  /// The comparison holds where an operand is ahead of the other one or equal to it. With a NaN it does
  /// not, so nothing passes.
  func tieSplittingPartials<Comparison: ComparisonOperator>(
    where isNotBehind: Comparison
  ) -> [Derivative.Partial] {
    let type = operands[0].type
    var partials: [Derivative.Partial] = []
    for (this, other) in [(0, 1), (1, 0)] {
      guard wanted[this] else {
        partials.append(.zero)
        continue
      }
      let isChosen = builder.apply(isNotBehind, [operands[this], operands[other]])
      let isTie = builder.apply(Equal(), operands)
      let half = Derivative.Partial.value(builder.full(0.5, type))
      partials.append(.choice(isChosen, .choice(isTie, half, .one), .zero))
    }
    return partials
  }
}
