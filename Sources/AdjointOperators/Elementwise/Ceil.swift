import AdjointCore
import AdjointGraph
import AdjointKernels

/// `y = ⌈x⌉`, whose derivative is taken as 0 everywhere.
package struct Ceil: UnaryOperator {
  package static let function = UnaryFunction.ceil
  package init() {}

  package var derivative: Derivative { .zero }
}

/// The least whole number not below each element.
///
/// The result has the operand's shape and type; the derivative is 0 everywhere.
///
/// Mistakes: `.scalarTypeMismatch` unless the operand is `f32` or `f64`.
public func ceil(
  _ x: Value, file: String = #fileID, line: Int = #line
) -> Value {
  x.builder.apply(Ceil(), [x], at: SourceLocation(file: file, line: line))
}

extension Value {
  /// The least whole number not below each element.
  ///
  /// The method form of `ceil(_:)`.
  public func ceil(file: String = #fileID, line: Int = #line) -> Value {
    AdjointOperators.ceil(self, file: file, line: line)
  }
}

// The page of the reference.
extension Ceil {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .elementwise, "The least whole number not below each element.",
      formula: "y = ⌈x⌉",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The shape and type of x.",
      conventions: ["The derivative is taken as 0 everywhere, at the jumps too."],
      example: OperatorPage.Example(
        [OperatorPage.Input("x", elements: [-1.5, 0.5, 2.5])], "ceil(x)"
      ) { ceil($1[0]) })
  }
}
