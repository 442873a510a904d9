/// How a result of an operator depends on an operand.
package enum OperandDependence: Hashable, Sendable {
  /// Not at all.
  case none
  /// On the way to it derivatives end.
  case blocked
  case differentiable
}
