import AdjointCore
import AdjointGraph
import AdjointKernels

/// `z = max(x, y)`, NaN where one of the two is.
///
/// `∂z/∂x` is 1 where `x > y`, ½ where the two are equal, so that both modes agree with the average of
/// the one-sided derivatives, and 0 elsewhere, NaN included; `∂z/∂y` likewise.
package struct Maximum: BinaryOperator {
  package static let function = BinaryFunction.maximum
  package init() {}

  package var derivative: Derivative {
    .partials { site in site.tieSplittingPartials(where: GreaterOrEqual())
    }
  }

  package static let rewrites: [Rewrite] = [
    Rewrite("max(x, x) → x") { site in
      site.operands[0].isIdentical(to: site.operands[1]) ? site.operands[0] : nil
    }
  ]
}

/// The greater of two values, element by element, after broadcasting both to one shape.
///
/// NaN where one of the two is NaN. The derivative goes to the greater one, and half to each where they
/// are equal; nothing, not even an infinity or a NaN, passes to the other one, and to neither with a NaN.
/// See `relu` for a rectifier whose derivative at 0 is 0.
///
/// Mistakes: `.shapeMismatch` where they do not broadcast, `.scalarTypeMismatch` where their scalar types
/// differ or are `bool`.
public func max(
  _ x: Value, _ y: Value, file: String = #fileID, line: Int = #line
) -> Value {
  x.combined(with: y, by: Maximum(), at: SourceLocation(file: file, line: line))
}

/// The greater of every element and a number.
public func max(
  _ x: Value, _ y: Double, file: String = #fileID, line: Int = #line
) -> Value {
  x.combined(with: NumberLiteral(y), by: Maximum(), at: SourceLocation(file: file, line: line))
}

/// The greater of every element and a whole number.
public func max<Integer: BinaryInteger>(
  _ x: Value, _ y: Integer, file: String = #fileID, line: Int = #line
) -> Value {
  x.combined(with: NumberLiteral(y), by: Maximum(), at: SourceLocation(file: file, line: line))
}

/// The greater of a number and every element.
public func max(
  _ x: Double, _ y: Value, file: String = #fileID, line: Int = #line
) -> Value {
  y.combined(after: NumberLiteral(x), by: Maximum(), at: SourceLocation(file: file, line: line))
}

/// The greater of a whole number and every element.
public func max<Integer: BinaryInteger>(
  _ x: Integer, _ y: Value, file: String = #fileID, line: Int = #line
) -> Value {
  y.combined(after: NumberLiteral(x), by: Maximum(), at: SourceLocation(file: file, line: line))
}
