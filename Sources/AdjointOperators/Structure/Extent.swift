import AdjointCore
import AdjointGraph
import AdjointKernels

/// The number of elements along axes, as a scalar.
///
/// It is what a mean divides by while an extent is known by name only, and does not read the
/// operand's elements.
package struct Extent: Operator {
  package static let mnemonic = "extent"

  package let axes: [Int]
  package let scalarType: ScalarType

  package init(axes: [Int], to scalarType: ScalarType) {
    self.axes = axes
    self.scalarType = scalarType
  }

  package init(attributes: AttributeList) throws(Diagnostic) {
    try attributes.allowOnly("axes", "to")
    self.init(axes: try attributes.integers("axes"), to: try attributes.scalarType("to"))
  }

  package var attributes: AttributeList {
    AttributeList(["axes": .integers(axes), "to": .scalarType(scalarType)])
  }

  package func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try operands.expect(count: 1)
    try operands[0].expectAscending(axes: axes)
    guard scalarType.isNumeric else {
      throw Diagnostic(.invalidAttribute, "an extent is a number, it cannot be bool")
    }
    if axes.allSatisfy({ operands[0].shape[$0].extent != nil }) {
      try NumberLiteral(count(operands[0])).check(as: scalarType)
    }
    return [TensorType(scalarType, .scalar)]
  }

  package var derivative: Derivative { .zero }

  // The same number for every example.
  package var batching: Batching {
    .rule { site in
      let count = site.operands[0].value.extent(ofAxes: axes.map { $0 + 1 }, as: scalarType)
      return [BatchedValue(count, isBatched: false)]
    }
  }

  package func lower(
    _ operands: [TensorType], to results: [TensorType]
  ) throws(Diagnostic) -> Lowering {
    .constant(try Tensor(scalar: NumberLiteral(count(operands[0])), scalarType))
  }

  private func count(_ operand: TensorType) throws(Diagnostic) -> Int {
    let counted = TensorType(operand.scalarType, Shape(axes.map { operand.shape[$0] }))
    // A type whose axes are known was validated, so the product fits.
    return try counted.boundExtents().reduce(1, *)
  }
}

extension Value {
  /// The number of elements along axes as a scalar: a constant where it is known, and otherwise one
  /// that becomes known when names are bound.
  package func extent(
    ofAxes axes: [Int], as scalarType: ScalarType
  ) -> Value {
    if let count = Shape(axes.map { shape[$0] }).elementCount {
      return builder.constant(
        NumberLiteral(count), scalarType, at: builder.currentLocation, for: Extent.mnemonic)
    }
    return builder.apply(Extent(axes: axes, to: scalarType), [self])
  }
}

// The page of the reference.
extension Extent {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .structure, "The number of elements along axes, a scalar.",
      formula: "y = Π of the extents of `axes`",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "A scalar of the type `to`.",
      attributes: [
        OperatorPage.Part("axes", "the axes, ascending"),
        OperatorPage.Part("to", "the scalar type of the result"),
      ],
      conventions: [
        "It reads no element. Means divide by it while an extent is known by name "
          + "only."
      ],
      example: OperatorPage.Example(
        [OperatorPage.Input("x", .f64, [2, 3], elements: [1, 2, 3, 4, 5, 6])], nil
      ) { $0.apply(Extent(axes: [0, 1], to: .f64), $1) })
  }
}
