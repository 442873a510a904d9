import AdjointCore
import AdjointGraph

/// The arithmetic that derivatives are written in.
///
/// Differentiation lies below the operators, so that the rule of an operator can differentiate a body;
/// the operators that it writes are given to it.
package protocol DerivativeArithmetic: Sendable {
  /// `left + right`, of one type.
  func sum(_ left: Value, _ right: Value) -> Value
  /// `left · right`, element by element, of one type.
  func product(_ left: Value, _ right: Value) -> Value
  /// `−value`.
  func negated(_ value: Value) -> Value
  /// The same number everywhere.
  func full(
    _ number: Double, _ type: TensorType, in builder: GraphBuilder
  ) -> Value
  /// The number that a value is everywhere, nil where that is not known.
  func number(of value: Value) -> Double?

  /// One value where a condition holds, and the other elsewhere.
  func select(
    _ condition: Value, _ ifTrue: Value, _ ifFalse: Value
  ) -> Value
  /// Where a number is not 0.
  func isNotZero(_ value: Value) -> Value
  /// 1 where a condition holds, and 0 elsewhere.
  func indicator(_ condition: Value, as type: ScalarType) -> Value
  /// Where a condition does not hold.
  func opposite(_ condition: Value) -> Value
  /// Where both conditions hold.
  func and(_ left: Value, _ right: Value) -> Value
  /// Where one of the conditions holds.
  func or(_ left: Value, _ right: Value) -> Value
}
