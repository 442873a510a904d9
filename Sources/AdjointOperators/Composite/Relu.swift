import AdjointCore
import AdjointGraph

/// `y = max(x, 0)`.
package struct Relu: UnaryComposite {
  package static let mnemonic = "relu"
  package init() {}

  package init(attributes: AttributeList) throws(Diagnostic) { try attributes.allowOnly() }
  package var attributes: AttributeList { AttributeList() }

  static func check(_ type: TensorType) throws(Diagnostic) { try type.expectNumeric() }

  package var derivative: Derivative {
    .partials { site in [.choice(Self.isCut(site.operands[0]), .zero, .one)] }
  }

  func expansion(of x: Value) -> Value {
    x.builder.apply(Select(), [Self.isCut(x), x.builder.full(0, x.type), x])
  }

  // Not x > 0, which would turn a NaN into 0; not a maximum, whose derivative at 0 is a half.
  private static func isCut(_ x: Value) -> Value {
    x.builder.apply(LessOrEqual(), [x, x.builder.full(0, x.type)])
  }
}

/// The rectifier `max(x, 0)` of every element.
///
/// The result has the operand's shape and type; the derivative is 1 above 0 and 0 elsewhere, at 0
/// included, where nothing passes, not even an infinity or a NaN. A NaN stays NaN, with the derivative 1.
///
/// Mistakes: `.scalarTypeMismatch` for truth values.
public func relu(
  _ x: Value, file: String = #fileID, line: Int = #line
) -> Value {
  x.builder.apply(Relu(), [x], at: SourceLocation(file: file, line: line))
}

extension Value {
  /// The rectifier `max(x, 0)` of every element.
  ///
  /// The method form of `relu(_:)`.
  public func relu(file: String = #fileID, line: Int = #line) -> Value {
    AdjointOperators.relu(self, file: file, line: line)
  }
}

// The page of the reference.
extension Relu {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .composite, "The rectifier of every element.",
      formula: "y = max(x, 0)",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The shape and type of x.",
      reverse: ["x̄ = ȳ where x > 0, 0 elsewhere"],
      forward: "ẏ = ẋ where x > 0, 0 elsewhere",
      conventions: ["The derivative at 0 is 0. A NaN stays NaN, with the derivative 1."],
      example: OperatorPage.Example([OperatorPage.Input("x", elements: [-2, 0.5, 3])], "relu(x)") {
        relu($1[0])
      })
  }
}
