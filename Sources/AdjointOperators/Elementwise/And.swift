import AdjointCore
import AdjointGraph
import AdjointKernels

/// `z = x ∧ y` of truth values.
package struct And: BinaryOperator {
  package static let function = BinaryFunction.and
  package init() {}

  package static func check(_ type: TensorType) throws(Diagnostic) { try type.expectTruthValues() }

  package var derivative: Derivative { .zero }

  package static let rewrites: [Rewrite] = [
    Rewrite("x ∧ x → x") { at in
      at.operands[0].isIdentical(to: at.operands[1]) ? at.operands[0] : nil
    },
    Rewrite("x ∧ true → x, x ∧ false → false") { at in
      for (this, other) in [(0, 1), (1, 0)] {
        if at.operands[this].isConstant(1) { return at.operands[other] }
        if at.operands[this].isConstant(0) { return at.operands[this] }
      }
      return nil
    },
  ]
}

extension Value {
  /// True where both are true, of two values that broadcast to one shape.
  ///
  /// - Throws: `.shapeMismatch` where they do not broadcast, `.scalarTypeMismatch` unless both are
  ///   `bool`.
  public static func .& (left: Value, right: Value) throws(Diagnostic) -> Value {
    try left.combined(with: right, by: And())
  }
}
