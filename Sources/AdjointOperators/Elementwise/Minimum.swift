import AdjointCore
import AdjointGraph
import AdjointKernels

/// `z = min(x, y)`, NaN where one of the two is.
///
/// `∂z/∂x` is 1 where `x < y`, ½ where the two are equal, so that both modes agree with the average of
/// the one-sided derivatives, and 0 elsewhere, NaN included; `∂z/∂y` likewise.
package struct Minimum: BinaryOperator {
  package static let function = BinaryFunction.minimum
  package init() {}

  package var derivative: Derivative {
    .partials { site in site.tieSplittingPartials(where: LessOrEqual()) }
  }
}

/// The lesser of two values, element by element, after broadcasting both to one shape.
///
/// NaN where one of the two is NaN. The derivative goes to the lesser one, and half to each where they
/// are equal; nothing, not even an infinity or a NaN, passes to the other one, and to neither with a NaN.
/// See `relu` for a rectifier whose derivative at 0 is 0.
///
/// Mistakes: `.shapeMismatch` where they do not broadcast, `.scalarTypeMismatch` where their scalar types
/// differ or are `bool`.
public func min(
  _ x: Value, _ y: Value, file: String = #fileID, line: Int = #line
) -> Value {
  x.combined(with: y, by: Minimum(), at: SourceLocation(file: file, line: line))
}

/// The lesser of every element and a number.
public func min(
  _ x: Value, _ y: Double, file: String = #fileID, line: Int = #line
) -> Value {
  x.combined(with: NumberLiteral(y), by: Minimum(), at: SourceLocation(file: file, line: line))
}

/// The lesser of every element and a whole number.
public func min<Integer: BinaryInteger>(
  _ x: Value, _ y: Integer, file: String = #fileID, line: Int = #line
) -> Value {
  x.combined(with: NumberLiteral(y), by: Minimum(), at: SourceLocation(file: file, line: line))
}

/// The lesser of a number and every element.
public func min(
  _ x: Double, _ y: Value, file: String = #fileID, line: Int = #line
) -> Value {
  y.combined(after: NumberLiteral(x), by: Minimum(), at: SourceLocation(file: file, line: line))
}

/// The lesser of a whole number and every element.
public func min<Integer: BinaryInteger>(
  _ x: Integer, _ y: Value, file: String = #fileID, line: Int = #line
) -> Value {
  y.combined(after: NumberLiteral(x), by: Minimum(), at: SourceLocation(file: file, line: line))
}

// The page of the reference.
extension Minimum {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .elementwise, "The lesser of two values.",
      formula: "z = min(x, y)",
      operands: [OperatorPage.Part("x", "any shape"), OperatorPage.Part("y", "that of x")],
      result: "The shape and type of x.",
      reverse: [
        "x̄ = z̄ where x < y, z̄/2 where x = y, 0 elsewhere",
        "ȳ = z̄ where y < x, z̄/2 where x = y, 0 elsewhere",
      ],
      forward: "ż = ẋ where x < y, (ẋ + ẏ)/2 where x = y, ẏ elsewhere",
      conventions: [
        "NaN where one of the two is NaN; nothing passes to either then.",
        "Nothing passes to the one that is not taken, not even an infinity or a NaN.",
      ],
      example: OperatorPage.Example(
        [
          OperatorPage.Input("x", elements: [1, 2, 3]),
          OperatorPage.Input("y", elements: [2, 2, -1]),
        ], "min(x, y)"
      ) { min($1[0], $1[1]) })
  }
}

extension Minimum {
  package func notation(for operands: [TensorType]) -> Notation? {
    .function("min", "\\min", operandCount: 2)
  }
}
