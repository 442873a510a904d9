import AdjointCore
import AdjointGraph
import AdjointKernels

/// `y = cos(x)`, with `dy/dx = −sin(x)`.
package struct Cos: UnaryOperator {
  package static let function = UnaryFunction.cos
  package init() {}

  package var derivative: Derivative {
    .partials { site in
      [.value(-site.builder.apply(Sin(), [site.operands[0]]))]
    }
  }
}

/// The cosine of every element, in radians.
///
/// The result has the operand's shape and type; `dy/dx = −sin(x)`.
///
/// The derivative is within 2 units in the last place, in `f32` and `f64`.
///
/// Mistakes: `.scalarTypeMismatch` unless the operand is `f32` or `f64`.
public func cos(
  _ x: Value, file: String = #fileID, line: Int = #line
) -> Value {
  x.builder.apply(Cos(), [x], at: SourceLocation(file: file, line: line))
}

extension Value {
  /// The cosine of every element, in radians.
  ///
  /// The method form of `cos(_:)`.
  public func cos(file: String = #fileID, line: Int = #line) -> Value {
    AdjointOperators.cos(self, file: file, line: line)
  }
}
