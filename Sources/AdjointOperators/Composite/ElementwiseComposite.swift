import AdjointCore
import AdjointGraph

/// A composite of one operand that is the same function of every element.
protocol UnaryComposite: Composite {
  /// The function of floating-point elements.
  func expansion(of x: Value) -> Value
}

extension UnaryComposite {
  package func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try operands.expect(count: 1)
    try operands[0].expectFloatingPoint()
    return operands
  }

  package func expansion(of operands: [Value]) throws(Diagnostic) -> [Value] {
    [expansion(of: operands[0])]
  }
}
