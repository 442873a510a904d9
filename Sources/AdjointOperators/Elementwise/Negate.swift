import AdjointCore
import AdjointGraph
import AdjointKernels

/// `y = −x`.
package struct Negate: UnaryOperator {
  package static let function = UnaryFunction.negate
  package init() {}

  package static func check(_ type: TensorType) throws(Diagnostic) { try type.expectNumeric() }

  package var derivative: Derivative { .partials { _ in [.minusOne] } }

  package static let rewrites: [Rewrite] = [
    Rewrite("−(−x) → x") { at in
      at.operand(0, as: Negate.self) == nil ? nil : at.operands[0].operands[0]
    },
    Rewrite("−(x − y) → y − x") { (at) throws(Diagnostic) in
      guard at.operand(0, as: Subtract.self) != nil else { return nil }
      let inner = at.operands[0].operands
      return try at.builder.apply(Subtract(), [inner[1], inner[0]])
    },
    Rewrite("−(c · x) → (−c) · x") { (at) throws(Diagnostic) in
      guard at.operand(0, as: Multiply.self) != nil,
        let (number, x) = at.operands[0].operands.constantFactor
      else { return nil }
      return try at.builder.apply(Multiply(), [x, at.builder.full(-number, at.resultType)])
    },
  ]
}

extension Value {
  /// The negative of every element.
  ///
  /// - Throws: `.scalarTypeMismatch` for truth values.
  public static prefix func - (x: Value) throws(Diagnostic) -> Value {
    try x.builder.apply(Negate(), [x])
  }
}
