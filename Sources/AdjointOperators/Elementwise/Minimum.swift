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

  package static let rewrites: [Rewrite] = [
    Rewrite("min(x, x) → x") { site in
      site.operands[0].isIdentical(to: site.operands[1]) ? site.operands[0] : nil
    }
  ]
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
