import AdjointCore
import AdjointGraph
import AdjointKernels

/// `y = x where c holds, else x′`: operands `c` (truth values), `x`, `x′`, all of one shape.
///
/// Linear in `x` and `x′`: the cotangent goes to the one selected, zero to the other. That zero stays one
/// through the element-wise operators that compute the operand, also where their partials are infinite
/// or NaN, and so does the zero tangent of what is selected for those that read it.
package struct Select: Operator {
  package static let mnemonic = "select"

  package init() {}

  package init(attributes: AttributeList) throws(Diagnostic) {
    try attributes.allowOnly()
    self.init()
  }

  package var attributes: AttributeList { AttributeList() }

  package func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try operands.expect(count: 3)
    try operands[0].expectTruthValues()
    let type = try Array(operands[1...]).expectEqual()
    guard operands[0].shape == type.shape else {
      throw Diagnostic(
        .shapeMismatch, "the condition \(operands[0]) has not the shape of what it selects, \(type)"
      )
    }
    return [type]
  }

  package var derivative: Derivative {
    .partials { site in
      let condition = site.operands[0]
      return [.zero, .choice(condition, .one, .zero), .choice(condition, .zero, .one)]
    }
  }

  package var batching: Batching { .elementwise }

  package func lower(
    _ operands: [TensorType], to results: [TensorType]
  ) throws(Diagnostic) -> Lowering {
    .loop(
      try .elementwise(operands: operands, result: results[0]) { program, x in
        program.append(.select(x[0], x[1], x[2]), results[0].scalarType)
      })
  }
}

/// Elements of the second value where the first is true, and of the third elsewhere, after
/// broadcasting all three to one shape.
///
/// The derivative goes to the element selected. Nothing, not even a NaN, comes from the other one, and
/// nothing goes back to it: what computes it by element-wise operators, with reshapes, transposes,
/// broadcasts, slices, casts, sums and the like between them, may have an infinite derivative or none
/// there.
///
/// <!-- given: x: Value -->
/// ```swift
/// let y = select(x .> 0, sqrt(x), 0)  // dy/dx is 0 where x ≤ 0, at 0 too
/// ```
///
/// Where the element is used elsewhere as well, the derivative of that use is what it is, and so is
/// that of an element that is selected. Both modes agree, and so do derivatives of derivatives.
///
/// Mistakes: `.shapeMismatch` where they do not broadcast, `.scalarTypeMismatch` where the condition is not
/// `bool` or the scalar types of the other two differ.
public func select(
  _ condition: Value, _ ifTrue: Value, _ ifFalse: Value, file: String = #fileID, line: Int = #line
) -> Value {
  let builder = condition.builder
  let location = builder.currentLocation ?? SourceLocation(file: file, line: line)
  return builder.attempt([condition, ifTrue, ifFalse], like: ifTrue.type, at: location) {
    () throws(Diagnostic) in
    guard let branches = Shape.broadcast(ifTrue.shape, ifFalse.shape),
      let shape = Shape.broadcast(condition.shape, branches)
    else {
      throw Diagnostic(
        .shapeMismatch,
        "select: the shapes of \(condition.type), \(ifTrue.type) and \(ifFalse.type) do not broadcast; "
          + "from the last axis backwards, extents must be equal or one of them 1")
    }
    return builder.apply(
      Select(),
      [
        condition.expanded(to: shape, at: location), ifTrue.expanded(to: shape, at: location),
        ifFalse.expanded(to: shape, at: location),
      ], at: location)
  }
}

/// Elements of a value where the condition is true, and a number elsewhere.
public func select(
  _ condition: Value, _ ifTrue: Value, _ ifFalse: Double, file: String = #fileID, line: Int = #line
) -> Value {
  let number = ifTrue.alternative(NumberLiteral(ifFalse), file, line)
  return select(condition, ifTrue, number, file: file, line: line)
}

/// Elements of a value where the condition is true, and a whole number elsewhere.
public func select<Integer: BinaryInteger>(
  _ condition: Value, _ ifTrue: Value, _ ifFalse: Integer, file: String = #fileID, line: Int = #line
) -> Value {
  let number = ifTrue.alternative(NumberLiteral(ifFalse), file, line)
  return select(condition, ifTrue, number, file: file, line: line)
}

/// A number where the condition is true, and elements of a value elsewhere.
public func select(
  _ condition: Value, _ ifTrue: Double, _ ifFalse: Value, file: String = #fileID, line: Int = #line
) -> Value {
  let number = ifFalse.alternative(NumberLiteral(ifTrue), file, line)
  return select(condition, number, ifFalse, file: file, line: line)
}

/// A whole number where the condition is true, and elements of a value elsewhere.
public func select<Integer: BinaryInteger>(
  _ condition: Value, _ ifTrue: Integer, _ ifFalse: Value, file: String = #fileID, line: Int = #line
) -> Value {
  let number = ifFalse.alternative(NumberLiteral(ifTrue), file, line)
  return select(condition, number, ifFalse, file: file, line: line)
}

extension Value {
  /// A number as the other branch of a selection, of this value's scalar type.
  fileprivate func alternative(
    _ number: NumberLiteral, _ file: String, _ line: Int
  ) -> Value {
    builder.constant(
      number, scalarType, at: SourceLocation(file: file, line: line), for: Select.mnemonic)
  }
}

// The page of the reference.
extension Select {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .elementwise,
      "Elements of one value where a condition holds, and of another elsewhere.",
      formula: "z = x where c, else y",
      operands: [
        OperatorPage.Part("c", "any shape; bool"), OperatorPage.Part("x", "that of c"),
        OperatorPage.Part("y", "that of c"),
      ],
      result: "The shape and type of x.",
      reverse: ["x̄ = z̄ where c, else 0", "ȳ = 0 where c, else z̄"],
      forward: "ż = ẋ where c, else ẏ",
      conventions: [
        "Nothing comes from the element that is not selected, not even a NaN, and "
          + "nothing goes back to it, nor through the element-wise operators that compute "
          + "it, also where their derivatives are infinite or NaN."
      ],
      example: OperatorPage.Example(
        [
          OperatorPage.Input("c", .bool, elements: [1, 0]),
          OperatorPage.Input("x", elements: [1, 2]), OperatorPage.Input("y", elements: [-1, -2]),
        ], "select(c, x, y)"
      ) { select($1[0], $1[1], $1[2]) })
  }
}

extension Select {
  package func notation(for operands: [TensorType]) -> Notation? {
    Notation(
      .atom,
      text: [
        .text("("), .operand(0, atLeast: .comparison), .text(" ? "), .operand(1, atLeast: .sum),
        .text(" : "),
        .operand(2, atLeast: .sum), .text(")"),
      ],
      latex: [
        .text("\\begin{cases}"), .operand(1, atLeast: .comparison), .text("&"),
        .operand(0, atLeast: .comparison),
        .text("\\\\"), .operand(2, atLeast: .comparison), .text("&\\text{otherwise}\\end{cases}"),
      ])
  }
}
