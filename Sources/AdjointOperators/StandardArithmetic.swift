import AdjointAutodiff
import AdjointCore
import AdjointGraph

/// Derivatives written with the operators of this library.
package struct StandardArithmetic: DerivativeArithmetic {
  package init() {}

  package func sum(_ left: Value, _ right: Value) -> Value { left + right }

  package func product(_ left: Value, _ right: Value) -> Value {
    left * right
  }

  package func negated(_ value: Value) -> Value { -value }

  package func full(
    _ number: Double, _ type: TensorType, in builder: GraphBuilder
  ) -> Value { builder.full(number, type) }

  package func number(of value: Value) -> Double? { value.constantNumber }

  package func select(
    _ condition: Value, _ ifTrue: Value, _ ifFalse: Value
  ) -> Value { AdjointOperators.select(condition, ifTrue, ifFalse) }

  package func isNotZero(_ value: Value) -> Value { value .!= 0 }

  package func indicator(_ condition: Value, as type: ScalarType) -> Value {
    condition.cast(to: type)
  }

  package func opposite(_ condition: Value) -> Value { .!condition }

  package func and(_ left: Value, _ right: Value) -> Value { left .& right }

  package func or(_ left: Value, _ right: Value) -> Value { left .| right }
}
