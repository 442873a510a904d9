import AdjointCore
import AdjointGraph
import AdjointKernels

/// The slices of the data that indices choose along an axis: `y[…, j…, …] = x[…, indices[j…], …]`.
///
/// The axes of the indices take the place of the axis. An index outside the axis (negative ones
/// included) gives NaN, 0 for whole numbers, false for truth values. The transpose is a scatter that
/// adds.
///
/// The first `batch` axes are those of the data and of the indices alike: each position of them has data
/// and indices of its own.
package struct Gather: Operator {
  package static let mnemonic = "gather"

  package let axis: Int
  /// The number of leading axes that data and indices share.
  package let batch: Int

  package init(axis: Int, batch: Int = 0) {
    self.axis = axis
    self.batch = batch
  }

  package init(attributes: AttributeList) throws(Diagnostic) {
    try attributes.allowOnly("axis", "batch")
    self.init(axis: try attributes.integer("axis"), batch: try attributes.batchCount())
  }

  package var attributes: AttributeList { .indexing(axis: axis, batch: batch) }

  package func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try operands.expect(count: 2)
    try operands[0].expectAscending(axes: [axis])
    try operands[1].expectIndices()
    try operands[0].expectBatch(of: batch, sharedWith: operands[1], before: axis)
    return [
      TensorType(
        operands[0].scalarType,
        operands[0].shape.replacing(axis, with: operands[1].shape.dropping(batch)))
    ]
  }

  package var derivative: Derivative {
    .linear { site, cotangent in
      let zeros = site.builder.full(0, site.operands[0].type)
      return [
        site.builder.apply(
          ScatterAdd(axis: axis, batch: batch), [zeros, site.operands[1], cotangent]), nil,
      ]
    }
  }

  package var batching: Batching {
    .rule { site in
      let (data, indices) = (site.operands[0], site.operands[1])
      // Each with its own axis of the batch, where neither has one of its own yet.
      switch (data.isBatched, indices.isBatched, batch) {
      case (true, false, 0):
        let chosen = site.builder.apply(Self(axis: axis + 1), [data.value, indices.value])
        return [BatchedValue(chosen, isBatched: true)]
      case (false, true, 0):
        let chosen = site.builder.apply(self, [data.value, indices.value])
        return [BatchedValue(chosen.movingAxisToFront(axis), isBatched: true)]
      default: return site.applying(Self(axis: axis + 1, batch: batch + 1))
      }
    }
  }

  package func lower(
    _ operands: [TensorType], to results: [TensorType]
  ) throws(Diagnostic) -> Lowering {
    if batch > 0 {
      let table = try IndexedTable(operands[0], at: operands[1], axis: axis, batch: batch)
      return try .graph(of: operands) { values in
        let rows = values[0].reshaped(to: table.shape)
        let chosen = rows.gathered(at: table.places(of: values[1]))
        return [chosen.reshaped(to: results[0].shape)]
      }
    }
    return .kernels([.gather(try IndexedCopy(data: operands[0], indices: operands[1], axis: axis))])
  }
}

extension TensorType {
  /// Refuses anything but whole numbers.
  func expectIndices() throws(Diagnostic) {
    try expect("i32, i64 or u8 to be used as indices") { $0.isInteger }
  }
}

extension IndexedCopy {
  /// The data as outer × axis × inner, and the indices as a list.
  init(data: TensorType, indices: TensorType, axis: Int) throws(Diagnostic) {
    let extents = try data.boundExtents()
    self.init(
      data.scalarType, indexType: indices.scalarType, outer: extents[..<axis].reduce(1, *),
      extent: extents[axis], inner: extents[(axis + 1)...].reduce(1, *),
      count: try indices.boundExtents().reduce(1, *))
  }
}

extension Value {
  /// The slices that indices choose along an axis; the axes of the indices take its place.
  ///
  /// `y[…, j…, …] = x[…, indices[j…], …]`: for rows of a table, `axis` is 0. A negative axis counts
  /// from the back; indices do not: one outside `0..<extent` gives NaN, 0 for whole numbers, false for
  /// truth values. The derivative adds each slice of the cotangent to the slice it came from; where an
  /// index is outside, the cotangent goes nowhere, and the tangent is NaN as the value is.
  ///
  /// Mistakes: `.scalarTypeMismatch` unless the indices are `i32`, `i64` or `u8`, `.invalidArgument` for an
  /// axis out of range.
  public func gathered(
    at indices: Value, axis: Int = 0, file: String = #fileID, line: Int = #line
  ) -> Value {
    builder.placed(Gather.mnemonic, of: [self, indices], file, line) { () throws(Diagnostic) in
      try builder.apply(Gather(axis: type.normalized(axis: axis)), [self, indices])
    }
  }
}

extension Gather: PositionSelection {
  package func selectedAxis(of operands: [TensorType]) -> Int? {
    batch == 0 && operands[1].rank == 1 ? axis : nil
  }

  package func selecting(along axis: Int) -> Gather { Gather(axis: axis) }

  package static var reachesOutside: Bool { true }
}

// The page of the reference.
extension Gather {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .indexing, "The slices that indices choose along an axis.",
      formula: "y[…, j…, …] = x[…, indices[j…], …]",
      operands: [
        OperatorPage.Part("x", "at least one axis"),
        OperatorPage.Part("indices", "any shape; i32, i64 or u8"),
      ],
      result: "The shape of x with that of the indices in place of the axis, of the type of "
        + "x.",
      attributes: [
        OperatorPage.Part("axis", "the axis of x that is chosen from"),
        OperatorPage.Part(
          "batch", "how many leading axes x and the indices share, 0 where it is left out"),
      ],
      reverse: ["x̄ = ȳ, each slice added where it came from"],
      forward: "ẏ = the slices of ẋ",
      conventions: [
        "An index outside the axis, a negative one too, gives NaN, 0 for whole "
          + "numbers, false for truth values; its cotangent goes nowhere."
      ],
      example: OperatorPage.Example(
        [
          OperatorPage.Input("x", elements: [1, 2, 3]),
          OperatorPage.Input("at", .i32, elements: [2, 0, 2]),
        ], "x.gathered(at: at, axis: 0)"
      ) { $1[0].gathered(at: $1[1], axis: 0) })
  }
}
