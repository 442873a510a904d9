import AdjointCore

/// How an operator states its derivative.
///
/// Symbolic zeros (nil, `.zero`) are never materialised, and rules emit ordinary operators, so that
/// a derivative can be differentiated again.
package enum Derivative: Sendable {
  /// The node that is differentiated, seen from its rule.
  package struct Site {
    /// The values the node reads.
    package let operands: [Value]
    /// The values the node computes.
    package let results: [Value]
    /// For each operand, whether its cotangent is asked for.
    package let wanted: [Bool]

    package init(operands: [Value], results: [Value], wanted: [Bool]) {
      self.operands = operands
      self.results = results
      self.wanted = wanted
    }

    package var builder: GraphBuilder { operands[0].builder }
    /// The only result of an operator that has one.
    package var result: Value { results[0] }
  }

  /// The partial derivative of an element-wise operator, element by element.
  ///
  /// A value may be infinite or NaN unless it is a finite constant; the other cases are finite.
  package enum Partial {
    case zero, one, minusOne
    case value(Value)
    /// One partial where a condition holds and another elsewhere. What passes a partial of `zero` is 0
    /// whatever it was before, an infinity and a NaN too, and stays 0 on its way through further
    /// element-wise operators, whatever their partials are there.
    indirect case choice(Value, Partial, Partial)
  }

  /// One partial for each operand.
  package typealias Partials = @Sendable (Site) -> [Partial]
  /// From the cotangent of the result to one cotangent for each operand; nil for zero, and where
  /// `wanted` is false anything will do.
  package typealias Transpose = @Sendable (Site, _ cotangent: Value) -> [Value?]
  /// From the cotangents of the results to those of the operands.
  package typealias VectorJacobianProduct =
    @Sendable (Site, _ cotangents: [Value?]) -> [Value?]
  /// From the tangents of the operands to those of the results.
  package typealias JacobianVectorProduct =
    @Sendable (Site, _ tangents: [Value?]) -> [Value?]

  /// The result does not change with the operands, or jumps where it does.
  case zero
  /// The result counts as a constant, whatever it depends on, because whoever wrote the graph asks
  /// for that.
  case stopped
  /// Element-wise with one result: both modes follow from the partial derivatives.
  case partials(Partials)
  /// Linear in all floating-point operands together, with one result: forward mode is the operator
  /// applied to the tangents (and to the other operands as they are), reverse mode its transpose.
  case linear(transpose: Transpose)
  /// Linear as `linear` is, and no coefficient is negative: elements are moved, repeated, dropped, summed or
  /// averaged, so that where a cotangent is 0 for certain is known on the other side too.
  case movement(transpose: Transpose)
  /// Linear in each floating-point operand with the others held, with one result: forward mode is a
  /// sum of the operator applied to one tangent at a time, reverse mode the transposes.
  case multilinear(transpose: Transpose)
  /// Both modes written out.
  case rules(vjp: VectorJacobianProduct, jvp: JacobianVectorProduct)
}
