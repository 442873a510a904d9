import AdjointCore
import AdjointGraph

/// `y = x` above 0 and `slope · x` elsewhere.
package struct LeakyRelu: UnaryComposite {
  package static let mnemonic = "leaky_relu"

  package let slope: NumberLiteral
  package init(slope: NumberLiteral) { self.slope = slope }

  package init(attributes: AttributeList) throws(Diagnostic) {
    try attributes.allowOnly("slope")
    self.init(slope: try attributes.number("slope"))
  }

  package var attributes: AttributeList { AttributeList(["slope": .floating(slope)]) }

  package func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try operands.expect(count: 1)
    try Self.check(operands[0])
    try slope.check(as: operands[0].scalarType)
    return operands
  }

  package var derivative: Derivative {
    .partials { site in
      let x = site.operands[0]
      return [.choice(x .<= 0, .value(slope(like: x)), .one)]
    }
  }

  func expansion(of x: Value) -> Value { select(x .<= 0, slope(like: x) * x, x) }

  private func slope(like x: Value) -> Value {
    x.builder.constant(slope, x.scalarType, at: x.builder.currentLocation).expanded(to: x.shape)
  }
}

/// `x` above 0 and `slope · x` elsewhere, for every element.
///
/// The result has the operand's shape and type; the derivative is 1 above 0 and `slope` elsewhere, at 0
/// included. A NaN stays NaN, with the derivative 1.
///
/// Mistakes: `.scalarTypeMismatch` unless the operand is `f32` or `f64`.
public func leakyRelu(
  _ x: Value, slope: Double = 0.01, file: String = #fileID, line: Int = #line
) -> Value {
  x.builder.placed("leakyRelu", LeakyRelu(slope: NumberLiteral(slope)), on: [x], file, line)
}

extension Value {
  /// `x` above 0 and `slope · x` elsewhere, for every element.
  ///
  /// The method form of `leakyRelu(_:slope:)`.
  public func leakyRelu(slope: Double = 0.01, file: String = #fileID, line: Int = #line) -> Value {
    AdjointOperators.leakyRelu(self, slope: slope, file: file, line: line)
  }
}

// The page of the reference.
extension LeakyRelu {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .composite, "The element above 0, and a multiple of it elsewhere.",
      formula: "y = x where x > 0, slope · x elsewhere",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The shape and type of x.",
      attributes: [OperatorPage.Part("slope", "the multiple; 0.01 where it is not given in Swift")],
      reverse: ["x̄ = ȳ where x > 0, slope · ȳ elsewhere"],
      forward: "ẏ = ẋ where x > 0, slope · ẋ elsewhere",
      conventions: ["The derivative at 0 is the slope. A NaN stays NaN, with the derivative 1."],
      example: OperatorPage.Example(
        [OperatorPage.Input("x", elements: [-2, 0.5, 3])], "leakyRelu(x, slope: 0.25)"
      ) { leakyRelu($1[0], slope: 0.25) })
  }
}
