import AdjointCore
import AdjointGraph
import AdjointKernels

/// `y = 1/x`, with `dy/dx = −y²`.
package struct Reciprocal: UnaryOperator {
  package static let function = UnaryFunction.reciprocal
  package init() {}

  package var derivative: Derivative {
    .partials { (site) throws(Diagnostic) in
      [.value(try -(site.result * site.result))]
    }
  }

  package static let rewrites: [Rewrite] = [
    Rewrite("1/√x → rsqrt(x)", changing: .rounding) { (site) throws(Diagnostic) in
      guard let x = site.operands[0].argument(of: Sqrt.self) else { return nil }
      return try site.builder.apply(Rsqrt(), [x])
    },
    Rewrite("1/(1 + exp(−x)) → sigmoid(x)", .stableForm) { (site) throws(Diagnostic) in
      guard let power = site.operands[0].addendOfOne?.argument(of: Exp.self) else { return nil }
      return try power.sigmoidOfNegative()
    },
  ]
}

/// The reciprocal of every element.
///
/// The result has the operand's shape and type; `dy/dx = −1/x²`, −∞ at a zero of either sign.
///
/// The derivative is within 3 units in the last place, in `f32` and `f64`.
///
/// - Throws: `.scalarTypeMismatch` unless the operand is `f32` or `f64`.
public func reciprocal(
  _ x: Value, file: String = #fileID, line: Int = #line
) throws(Diagnostic) -> Value {
  try x.builder.apply(Reciprocal(), [x], at: SourceLocation(file: file, line: line))
}
