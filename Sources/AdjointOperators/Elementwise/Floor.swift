import AdjointCore
import AdjointGraph
import AdjointKernels

/// `y = ⌊x⌋`, whose derivative is taken as 0 everywhere.
package struct Floor: UnaryOperator {
  package static let function = UnaryFunction.floor
  package init() {}

  package var derivative: Derivative { .zero }
}

/// The greatest whole number not above each element.
///
/// The result has the operand's shape and type; the derivative is 0 everywhere.
///
/// Mistakes: `.scalarTypeMismatch` unless the operand is `f32` or `f64`.
public func floor(
  _ x: Value, file: String = #fileID, line: Int = #line
) -> Value {
  x.builder.apply(Floor(), [x], at: SourceLocation(file: file, line: line))
}

extension Value {
  /// The greatest whole number not above each element.
  ///
  /// The method form of `floor(_:)`.
  public func floor(file: String = #fileID, line: Int = #line) -> Value {
    AdjointOperators.floor(self, file: file, line: line)
  }
}

// The page of the reference.
extension Floor {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .elementwise, "The greatest whole number not above each element.",
      formula: "y = ⌊x⌋",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The shape and type of x.",
      conventions: ["The derivative is taken as 0 everywhere, at the jumps too."],
      example: OperatorPage.Example(
        [OperatorPage.Input("x", elements: [-1.5, 0.5, 2.5])], "floor(x)"
      ) { floor($1[0]) })
  }
}
