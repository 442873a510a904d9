import AdjointCore
import AdjointGraph

/// The rectifier `max(x, 0)` of every element.
///
/// The result has the operand's shape and type; the derivative is 1 above 0 and 0 elsewhere, at 0
/// included, where nothing passes, not even an infinity or a NaN. A NaN stays NaN, with the derivative 1.
///
/// Mistakes: `.scalarTypeMismatch` for truth values.
public func relu(
  _ x: Value, file: String = #fileID, line: Int = #line
) -> Value {
  x.builder.placed("relu", of: [x], file, line) { () throws(Diagnostic) in
    try x.type.expectNumeric()
    let zero = x.builder.full(0, x.type)
    // Not x > 0, which would turn a NaN into 0; not a maximum, whose derivative at 0 is a half.
    let isCut = x.builder.apply(LessOrEqual(), [x, zero])
    return x.builder.apply(Select(), [isCut, zero, x])
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
  x.builder.placed("leakyRelu", of: [x], file, line) { () throws(Diagnostic) in
    try x.type.expectFloatingPoint()
    let isCut = x .<= 0
    return x.builder.apply(Select(), [isCut, slope * x, x])
  }
}

extension Value {
  /// The rectifier `max(x, 0)` of every element.
  ///
  /// The method form of `relu(_:)`.
  public func relu(file: String = #fileID, line: Int = #line) -> Value {
    AdjointOperators.relu(self, file: file, line: line)
  }

  /// `x` above 0 and `slope · x` elsewhere, for every element.
  ///
  /// The method form of `leakyRelu(_:slope:)`.
  public func leakyRelu(slope: Double = 0.01, file: String = #fileID, line: Int = #line) -> Value {
    AdjointOperators.leakyRelu(self, slope: slope, file: file, line: line)
  }
}

// The page of the reference.
extension OperatorPage {
  static let reluPage = OperatorPage(
    "relu", .composite, "The rectifier of every element.",
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

extension OperatorPage {
  static let leakyReluPage = OperatorPage(
    "leakyRelu", .composite, "The element above 0, and a multiple of it elsewhere.",
    formula: "y = x where x > 0, slope · x elsewhere",
    operands: [OperatorPage.Part("x", "any shape")],
    result: "The shape and type of x.",
    attributes: [OperatorPage.Part("slope", "the multiple, 0.01 where it is not given")],
    reverse: ["x̄ = ȳ where x > 0, slope · ȳ elsewhere"],
    forward: "ẏ = ẋ where x > 0, slope · ẋ elsewhere",
    conventions: ["The derivative at 0 is the slope. A NaN stays NaN, with the derivative 1."],
    example: OperatorPage.Example(
      [OperatorPage.Input("x", elements: [-2, 0.5, 3])], "leakyRelu(x, slope: 0.25)"
    ) { leakyRelu($1[0], slope: 0.25) })
}
