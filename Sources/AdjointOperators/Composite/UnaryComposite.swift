import AdjointCore
import AdjointGraph

/// A composite of one operand that is the same function of every element.
protocol UnaryComposite: Composite {
  /// Refuses scalar types that the function has no meaning for.
  static func check(_ type: TensorType) throws(Diagnostic)
  /// The function of every element.
  func expansion(of x: Value) -> Value
}

extension UnaryComposite {
  /// Floating point only, unless a composite says otherwise.
  static func check(_ type: TensorType) throws(Diagnostic) { try type.expectFloatingPoint() }

  package func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try operands.expect(count: 1)
    try Self.check(operands[0])
    return operands
  }

  package var batching: Batching { .elementwise }

  package func expansion(of operands: [Value]) throws(Diagnostic) -> [Value] {
    [expansion(of: operands[0])]
  }
}
