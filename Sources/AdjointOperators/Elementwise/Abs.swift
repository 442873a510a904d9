import AdjointCore
import AdjointGraph
import AdjointKernels

/// `y = |x|`, with `dy/dx = sign(x)`, which is 0 at 0.
package struct Abs: UnaryOperator {
  package static let function = UnaryFunction.abs
  package init() {}

  package static func check(_ type: TensorType) throws(Diagnostic) { try type.expectNumeric() }

  package var derivative: Derivative {
    .partials { site in
      [.value(site.builder.apply(Sign(), [site.operands[0]]))]
    }
  }
}

/// The magnitude of every element.
///
/// The result has the operand's shape and type; `dy/dx = sign(x)`, which is 0 at 0. The least number of
/// a signed whole-number type has no positive counterpart and stays as it is.
///
/// The derivative is exact.
///
/// Mistakes: `.scalarTypeMismatch` for truth values.
public func abs(
  _ x: Value, file: String = #fileID, line: Int = #line
) -> Value {
  x.builder.apply(Abs(), [x], at: SourceLocation(file: file, line: line))
}

extension Value {
  /// The magnitude of every element.
  ///
  /// The method form of `abs(_:)`.
  public func abs(file: String = #fileID, line: Int = #line) -> Value {
    AdjointOperators.abs(self, file: file, line: line)
  }
}

// The page of the reference.
extension Abs {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .elementwise, "The magnitude of every element.",
      formula: "y = |x|",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The shape and type of x.",
      reverse: ["x̄ = ȳ · sign(x)"],
      forward: "ẏ = ẋ · sign(x)",
      conventions: [
        "The derivative at 0 is 0.",
        "The least number of a signed whole-number type has no positive counterpart "
          + "and stays as it is.",
      ],
      example: OperatorPage.Example([OperatorPage.Input("x", elements: [-2, 0.5, 3])], "abs(x)") {
        abs($1[0])
      })
  }
}

extension Abs {
  package func notation(for operands: [TensorType]) -> Notation? {
    Notation(
      .atom, text: [.text("|"), .operand(0, atLeast: .comparison), .text("|")],
      latex: [.text("\\left|"), .operand(0, atLeast: .comparison), .text("\\right|")])
  }
}
