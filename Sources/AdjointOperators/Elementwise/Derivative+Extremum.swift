import AdjointCore
import AdjointGraph

extension Derivative.Site {
  /// The partials of a maximum or a minimum: to each operand 1 where it wins, ½ where both are equal,
  /// 0 elsewhere.
  ///
  /// Comparisons with NaN do not hold, so a NaN passes nothing on.
  func shares<Wins: ComparisonOperator>(
    wonBy comparison: Wins
  ) throws(Diagnostic) -> [Derivative.Partial] {
    let type = operands[0].type
    var partials: [Derivative.Partial] = []
    for (this, other) in [(0, 1), (1, 0)] {
      guard wanted[this] else {
        partials.append(.zero)
        continue
      }
      let wins = try builder.apply(comparison, [operands[this], operands[other]])
      let ties = try builder.apply(Equal(), operands)
      let half = try builder.apply(
        Select(), [ties, builder.full(0.5, type), builder.full(0, type)])
      partials.append(.value(try builder.apply(Select(), [wins, builder.full(1, type), half])))
    }
    return partials
  }
}
