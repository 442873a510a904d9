import AdjointCore
import AdjointGraph

// How directions are multiplied by partials and added, and what becomes of their masks.
extension MaskTable {
  /// Where a direction may be other than 0.
  func mask(of direction: Direction) -> Mask { and(direction.applied, direction.pending) }

  /// The direction with its mask applied to the value.
  func materialized(_ direction: Direction) -> Direction {
    if direction.pending.isEverywhere { return direction }
    return Direction(
      select(direction.value, where: direction.pending), applied: mask(of: direction))
  }

  /// The product with a partial, nil for zero.
  ///
  /// Behind a partial that may be infinite or NaN the mask has to be applied again, so it is not applied
  /// before: `select(c, g · p, 0)`, not `select(c, select(c, g, 0) · p, 0)`. Before a finite one it is,
  /// for other products may share that.
  func product(
    of direction: Direction, and partial: Derivative.Partial
  ) -> Direction? {
    switch partial {
    case .zero: return nil
    case .one: return direction
    case .minusOne:
      var result = materialized(direction)
      result.value = arithmetic.negated(result.value)
      return result
    case .value(let partial):
      let mask = mask(of: direction)
      if mask.isEverywhere { return Direction(arithmetic.product(direction.value, partial)) }
      guard arithmetic.number(of: partial)?.isFinite ?? false else {
        return Direction(
          arithmetic.product(direction.value, partial), applied: .everywhere, pending: mask)
      }
      var result = materialized(direction)
      result.value = arithmetic.product(result.value, partial)
      return result
    case .choice(let condition, let ifTrue, let ifFalse):
      let holds = literal(condition, holds: true)
      switch (product(of: direction, and: ifTrue), product(of: direction, and: ifFalse)) {
      case (nil, nil): return nil
      case (let result?, nil): return restricted(result, to: holds)
      case (nil, let result?): return restricted(result, to: holds.opposite)
      case (let left?, let right?): return chosen(holds, condition, left, right)
      }
    }
  }

  /// The sum from left to right, nil for nothing.
  func sum(_ terms: [Direction]) -> Direction? {
    guard var total = terms.first else { return nil }
    for term in terms.dropFirst() { total = sum(total, term) }
    return total
  }

  private func sum(_ left: Direction, _ right: Direction) -> Direction {
    if left.pending == right.pending {
      return Direction(
        arithmetic.sum(left.value, right.value), applied: or(left.applied, right.applied),
        pending: left.pending)
    }
    if let literal = opposition(left.pending, right.pending) {
      // One of the two is 0 at each element: select(c, x, 0) + select(c, 0, y) → select(c, x, y).
      var (left, right) = (left, right)
      left.pending = left.pending.removing(literal)
      right.pending = right.pending.removing(literal.opposite)
      if !literal.holds { swap(&left, &right) }
      let holds = literal.holds ? literal : literal.opposite
      return chosen(holds, value(of: holds.condition), left, right)
    }
    let (left, right) = (materialized(left), materialized(right))
    return Direction(
      arithmetic.sum(left.value, right.value), applied: or(left.applied, right.applied))
  }

  /// The literal of the left mask whose opposite the right one has, of two conjunctions.
  private func opposition(_ left: Mask, _ right: Mask) -> Mask.Literal? {
    guard let left = left.conjunction, let right = right.conjunction else { return nil }
    return left.last { right.contains($0.opposite) }
  }

  /// The direction where a literal is true, and 0 elsewhere; nil where that is nowhere.
  private func restricted(_ direction: Direction, to literal: Mask.Literal) -> Direction? {
    if direction.applied.implies(literal) { return direction }
    var result = direction
    result.pending = and(direction.pending, Mask(literal))
    return mask(of: result).isNowhere ? nil : result
  }

  /// One direction where a condition holds, and another one elsewhere.
  private func chosen(
    _ holds: Mask.Literal, _ condition: Value, _ left: Direction, _ right: Direction
  ) -> Direction {
    var (left, right) = (left, right)
    if left.pending != right.pending {
      (left, right) = (materialized(left), materialized(right))
    }
    return Direction(
      arithmetic.select(condition, left.value, right.value),
      applied: or(
        and(left.applied, Mask(holds)), and(right.applied, Mask(holds.opposite))),
      pending: left.pending)
  }
}
