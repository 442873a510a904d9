import AdjointCore
import AdjointGraph
import AdjointKernels

/// The position along an axis: `y[i₀, i₁, …] = i_axis`.
package struct Iota: Operator {
  package static let mnemonic = "iota"

  package let type: TensorType
  package let axis: Int

  package init(_ type: TensorType, axis: Int) {
    self.type = type
    self.axis = axis
  }

  package init(attributes: AttributeList) throws(Diagnostic) {
    try attributes.allowOnly("axis", "type")
    self.init(try attributes.type("type"), axis: try attributes.integer("axis"))
  }

  package var attributes: AttributeList {
    AttributeList(["axis": .integer(axis), "type": .type(type)])
  }

  package func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try operands.expect(count: 0)
    guard type.scalarType.isNumeric else {
      throw Diagnostic(.scalarTypeMismatch, "positions are numbers, and \(type) holds truth values")
    }
    try type.expectAscending(axes: [axis])
    // The last position is the greatest.
    if let extent = type.shape[axis].extent, extent > 0 {
      try NumberLiteral(extent - 1).check(as: type.scalarType)
    }
    return [type]
  }

  package var derivative: Derivative { .zero }

  package func lower(
    _ operands: [TensorType], to results: [TensorType]
  ) throws(Diagnostic) -> Lowering {
    .loop(
      try .elementwise(operands: [], result: results[0]) { program, _ in
        program.append(.index(AxisIndex(axis: AxisNumber(axis))), type.scalarType)
      })
  }
}

extension GraphBuilder {
  /// A value that holds, at each place, the position along an axis.
  ///
  /// Positions are 0, 1, 2 and so on. A negative axis counts from the back.
  ///
  /// Mistakes: `.invalidArgument` for an axis out of range, `.scalarTypeMismatch` for `bool`,
  /// `.invalidType` where the last position is beyond the range of the scalar type; along an axis known by
  /// name only that is found when it is bound.
  public func iota(
    _ scalarType: ScalarType, _ shape: Shape, axis: Int = 0, file: String = #fileID,
    line: Int = #line
  ) -> Value {
    let type = TensorType(scalarType, shape)
    return placed(Iota.mnemonic, of: [], like: type, file, line) { () throws(Diagnostic) in
      try apply(Iota(type, axis: type.normalized(axis: axis)), [])
    }
  }
}

// The page of the reference.
extension Iota {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .structure, "The position along an axis.",
      formula: "y[i₀, i₁, …] = i_axis",
      operands: [],
      result: "The type `type`.",
      attributes: [
        OperatorPage.Part("type", "the type of the result; numbers"),
        OperatorPage.Part("axis", "the axis that is counted along"),
      ],
      example: OperatorPage.Example([], "builder.iota(.f64, [2, 3], axis: 1)") { builder, _ in
        builder.iota(.f64, [2, 3], axis: 1)
      })
  }
}
