import AdjointCore
import AdjointGraph
import AdjointKernels

/// `y = sign(x)`: 1 above 0, −1 below; a zero and a NaN stay what they are.
package struct Sign: UnaryOperator {
  package static let function = UnaryFunction.sign
  package init() {}

  package static func check(_ type: TensorType) throws(Diagnostic) { try type.expectNumeric() }

  package var derivative: Derivative { .zero }
}

/// The sign of every element: 1 above 0, −1 below; a zero and a NaN stay what they are.
///
/// The result has the operand's shape and type; the derivative is 0 everywhere.
///
/// Mistakes: `.scalarTypeMismatch` for truth values.
public func sign(
  _ x: Value, file: String = #fileID, line: Int = #line
) -> Value {
  x.builder.apply(Sign(), [x], at: SourceLocation(file: file, line: line))
}

extension Value {
  /// The sign of every element: 1 above 0, −1 below; a zero and a NaN stay what they are.
  ///
  /// The method form of `sign(_:)`.
  public func sign(file: String = #fileID, line: Int = #line) -> Value {
    AdjointOperators.sign(self, file: file, line: line)
  }
}

// The page of the reference.
extension Sign {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .elementwise, "The sign of every element.",
      formula: "y = x / |x|, and x where x is 0",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The shape and type of x.",
      conventions: [
        "The sign of a zero is that zero, of NaN it is NaN.",
        "The derivative is taken as 0 everywhere, at the jump too.",
      ],
      example: OperatorPage.Example([OperatorPage.Input("x", elements: [-2, 0, 3])], "sign(x)") {
        sign($1[0])
      })
  }
}

extension Sign {
  package func notation(for operands: [TensorType]) -> Notation? {
    .function("sign", "\\mathrm{sgn}")
  }
}
