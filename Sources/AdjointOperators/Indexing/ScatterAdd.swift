import AdjointCore
import AdjointGraph
import AdjointKernels

/// The data with updates added where indices say, along an axis:
/// `y = x`, then `y[…, indices[j…], …] += updates[…, j…, …]` for each j in order.
///
/// An index outside the axis (negative ones included) adds nothing. Linear in the data and the
/// updates; the transpose passes the cotangent to the data, and gathers it for the updates.
///
/// The first `batch` axes are those of all operands alike: each position of them has data, indices and
/// updates of its own.
package struct ScatterAdd: Operator {
  package static let mnemonic = "scatter_add"

  package let axis: Int
  /// The number of leading axes that the operands share.
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
    try operands.expect(count: 3)
    let (data, indices, updates) = (operands[0], operands[1], operands[2])
    try data.expectNumeric()
    try data.expectAscending(axes: [axis])
    try indices.expectIndices()
    guard updates.scalarType == data.scalarType else {
      throw Diagnostic(
        .scalarTypeMismatch,
        "the data \(data) and the updates \(updates) have different scalar types; cast one of them"
      )
    }
    try data.expectBatch(of: batch, sharedWith: indices, before: axis)
    let expected = data.shape.replacing(axis, with: indices.shape.dropping(batch))
    guard updates.shape == expected else {
      throw Diagnostic(
        .shapeMismatch,
        "for the data \(data) and the indices \(indices), updates along axis \(axis) have "
          + "the shape \(expected), and they are \(updates)")
    }
    return [data]
  }

  package var derivative: Derivative {
    .linear { site, cotangent in
      [
        cotangent, nil,
        site.wanted[2] ? updateCotangent(cotangent, at: site.operands[1]) : nil,
      ]
    }
  }

  /// The slices that the indices choose, and zero where an index is outside and its update went
  /// nowhere; a gather alone would give NaN there.
  private func updateCotangent(
    _ cotangent: Value, at indices: Value
  ) -> Value {
    let gathered = cotangent.builder.apply(Gather(axis: axis, batch: batch), [cotangent, indices])
    // Extents need not fit into 8 bits.
    let places = indices.scalarType == .u8 ? indices.cast(to: .i32) : indices
    let extent = cotangent.extent(ofAxes: [axis], as: places.scalarType)
    let isInside = (places .>= 0) .& (places .< extent)
    let axes = Array(0..<batch) + Array(axis..<(axis + indices.rank - batch))
    return select(isInside.broadcast(to: gathered.shape, axes: axes), gathered, 0)
  }

  package var batching: Batching {
    .rule { site in
      let joins = batch > 0 || site.operands[1].isBatched
      if joins { return site.applying(Self(axis: axis + 1, batch: batch + 1)) }
      let scattered = site.builder.apply(
        Self(axis: axis + 1), [site.batched(0), site.operands[1].value, site.batched(2)])
      return [BatchedValue(scattered, isBatched: true)]
    }
  }

  package func lower(
    _ operands: [TensorType], to results: [TensorType]
  ) throws(Diagnostic) -> Lowering {
    if batch > 0 {
      let table = try IndexedTable(operands[0], at: operands[1], axis: axis, batch: batch)
      return try .graph(of: operands) { values in
        let rows = values[0].reshaped(to: table.shape)
        let sum = rows.scatterAdding(
          values[2].reshaped(to: table.updateShape), at: table.places(of: values[1]))
        return [sum.reshaped(to: results[0].shape)]
      }
    }
    return .kernels([
      .scatterAdd(try IndexedCopy(data: operands[0], indices: operands[1], axis: axis))
    ])
  }
}

extension Value {
  /// This value with updates added at the places that indices choose along an axis, in order.
  ///
  /// `y = x`, then `y[…, indices[j…], …] += updates[…, j…, …]`; the updates have this value's shape
  /// with the axes of the indices in place of the axis. An index outside `0..<extent` adds nothing.
  /// The cotangent goes to this value as it is, and to each update from its place.
  ///
  /// Mistakes: `.shapeMismatch` where the updates are not of that shape, `.scalarTypeMismatch` unless the
  /// indices are `i32`, `i64` or `u8` and the updates of this value's scalar type, `.invalidArgument` for
  /// an axis out of range.
  public func scatterAdding(
    _ updates: Value, at indices: Value, axis: Int = 0, file: String = #fileID, line: Int = #line
  ) -> Value {
    builder.placed(ScatterAdd.mnemonic, of: [self, indices, updates], file, line) {
      () throws(Diagnostic) in
      try builder.apply(ScatterAdd(axis: type.normalized(axis: axis)), [self, indices, updates])
    }
  }
}

// The page of the reference.
extension ScatterAdd {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .indexing, "A value with updates added where indices say.",
      formula: "y = x, then y[…, indices[j…], …] += updates[…, j…, …] for each j in order",
      operands: [
        OperatorPage.Part("x", "at least one axis"),
        OperatorPage.Part("indices", "any shape; i32, i64 or u8"),
        OperatorPage.Part(
          "updates", "that of x with the shape of the indices in place of the axis"),
      ],
      result: "The shape and type of x.",
      attributes: [
        OperatorPage.Part("axis", "the axis of x that is added to"),
        OperatorPage.Part(
          "batch", "how many leading axes the operands share, 0 where it is left out"),
      ],
      reverse: ["x̄ = ȳ", "ū = the slices of ȳ at the indices"],
      forward: "ẏ = ẋ with the tangents of the updates added",
      conventions: [
        "An index outside the axis, a negative one too, adds nothing; the cotangent of "
          + "its update is 0."
      ],
      example: OperatorPage.Example(
        [
          OperatorPage.Input("x", elements: [1, 2, 3]),
          OperatorPage.Input("at", .i32, elements: [2, 0, 2]),
          OperatorPage.Input("u", elements: [10, 20, 30]),
        ], "x.scatterAdding(u, at: at, axis: 0)"
      ) { $1[0].scatterAdding($1[2], at: $1[1], axis: 0) })
  }
}
