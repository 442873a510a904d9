import AdjointCore
import AdjointGraph
import AdjointKernels

/// `y = eˣ`, with `dy/dx = y`.
package struct Exp: UnaryOperator {
  package static let function = UnaryFunction.exp
  package init() {}

  package var derivative: Derivative { .partials { at in [.value(at.result)] } }
}

/// The exponential function of every element.
///
/// The result has the operand's shape and type; `dy/dx = eˣ`.
///
/// - Throws: `.scalarTypeMismatch` unless the operand is `f32` or `f64`.
public func exp(
  _ x: Value, file: String = #fileID, line: Int = #line
) throws(Diagnostic) -> Value {
  try x.builder.apply(Exp(), [x], at: SourceLocation(file: file, line: line))
}
