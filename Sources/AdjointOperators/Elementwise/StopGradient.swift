import AdjointCore
import AdjointGraph
import AdjointKernels

/// The identity, taken as a constant when differentiating.
///
/// It costs nothing at run time.
package struct StopGradient: Operator {
  package static let mnemonic = "stop_gradient"

  package init() {}

  package init(attributes: AttributeList) throws(Diagnostic) {
    try attributes.allowOnly()
    self.init()
  }

  package var attributes: AttributeList { AttributeList() }

  package func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try operands.expect(count: 1)
    return operands
  }

  package var derivative: Derivative { .stopped }

  package var batching: Batching { .elementwise }

  package func lower(
    _ operands: [TensorType], to results: [TensorType]
  ) throws(Diagnostic) -> Lowering {
    .view
  }

  // It stands for what the user meant, so nothing else may take it away before differentiation.
}

/// The same value, through which no derivative passes.
public func stopGradient(
  _ x: Value, file: String = #fileID, line: Int = #line
) -> Value {
  x.builder.apply(StopGradient(), [x], at: SourceLocation(file: file, line: line))
}

extension Value {
  /// The same value, through which no derivative passes.
  ///
  /// The method form of `stopGradient(_:)`.
  public func stopGradient(file: String = #fileID, line: Int = #line) -> Value {
    AdjointOperators.stopGradient(self, file: file, line: line)
  }
}

// The page of the reference.
extension StopGradient {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .elementwise, "The same value, a constant when differentiating.",
      formula: "y = x",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The shape and type of x.",
      conventions: [
        "A derivative with respect to what only stands behind it is refused by name, "
          + "and 0 by value."
      ],
      example: OperatorPage.Example(
        [OperatorPage.Input("x", elements: [1, -2])], "stopGradient(x)"
      ) { stopGradient($1[0]) })
  }
}

extension StopGradient {
  package func notation(for operands: [TensorType]) -> Notation? {
    .operand
  }
}
