import AdjointCore
import AdjointGraph
import AdjointKernels

/// The elements converted to another scalar type.
///
/// Linear between floating-point types; where one side is not floating point, nothing passes.
package struct Cast: Operator {
  package static let mnemonic = "cast"

  /// The scalar type of the result.
  package let scalarType: ScalarType
  package init(to scalarType: ScalarType) { self.scalarType = scalarType }

  package init(attributes: AttributeList) throws(Diagnostic) {
    try attributes.allowOnly("to")
    self.init(to: try attributes.scalarType("to"))
  }

  package var attributes: AttributeList { AttributeList(["to": .scalarType(scalarType)]) }

  package func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try operands.expect(count: 1)
    return [TensorType(scalarType, operands[0].shape)]
  }

  package var derivative: Derivative {
    guard scalarType.isDifferentiable else { return .zero }
    return .movement { site, cotangent in
      let source = site.operands[0].scalarType
      guard source.isDifferentiable else { return [nil] }
      return [site.builder.apply(Cast(to: source), [cotangent])]
    }
  }

  package var batching: Batching { .elementwise }

  package func lower(
    _ operands: [TensorType], to results: [TensorType]
  ) throws(Diagnostic) -> Lowering {
    .loop(
      try .elementwise(operands: operands, result: results[0]) { program, x in
        program.append(.cast(x[0]), scalarType)
      })
  }
}

extension Value {
  /// The elements converted to another scalar type.
  ///
  /// Floating point to whole number truncates toward zero and clamps, NaN becomes 0; a whole number to
  /// a narrower one keeps the low bits; to `bool`, anything but 0 is true. The derivative passes
  /// between `f32` and `f64`, converted likewise, and is 0 for all other types.
  public func cast(
    to scalarType: ScalarType, file: String = #fileID, line: Int = #line
  ) -> Value {
    if scalarType == self.scalarType { return self }
    return builder.apply(
      Cast(to: scalarType), [self], like: TensorType(scalarType, shape),
      at: SourceLocation(file: file, line: line))
  }
}

// The page of the reference.
extension Cast {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .elementwise, "Every element in another scalar type.",
      formula: "y = x as a number of the type `to`",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The shape of x, of the type `to`.",
      attributes: [OperatorPage.Part("to", "the scalar type of the result")],
      reverse: ["x̄ = ȳ as numbers of the type of x"],
      forward: "ẏ = ẋ as numbers of the type `to`",
      conventions: [
        "Floating point to whole numbers truncates toward zero and clamps to the range "
          + "of the type; NaN becomes 0.", "Whole numbers to a narrower type keep the low bits.",
        "Of truth values true is 1; of numbers anything but 0 is true, NaN too.",
        "Where either type is not floating point, no derivative passes.",
      ],
      example: OperatorPage.Example(
        [OperatorPage.Input("x", elements: [1.5, -2, 0.1])], "x.cast(to: .f32)"
      ) { $1[0].cast(to: .f32) })
  }
}
