import AdjointCore
import AdjointGraph
import AdjointKernels

/// `y = cos(x)`, with `dy/dx = −sin(x)`.
package struct Cos: UnaryOperator {
  package static let function = UnaryFunction.cos
  package init() {}

  package var derivative: Derivative {
    .partials { (site) throws(Diagnostic) in
      [.value(try -site.builder.apply(Sin(), [site.operands[0]]))]
    }
  }
}

/// The cosine of every element, in radians.
///
/// The result has the operand's shape and type; `dy/dx = −sin(x)`.
///
/// The derivative is within 2 units in the last place, in `f32` and `f64`.
///
/// - Throws: `.scalarTypeMismatch` unless the operand is `f32` or `f64`.
public func cos(
  _ x: Value, file: String = #fileID, line: Int = #line
) throws(Diagnostic) -> Value {
  try x.builder.apply(Cos(), [x], at: SourceLocation(file: file, line: line))
}
