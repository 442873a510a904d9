import AdjointCore
import AdjointGraph
import AdjointKernels

/// A regular selection along axes: `y[i] = x[start + stride · i]` for positions below the limit.
///
/// Only the axes listed are cut; the others, among them all named ones, pass through whole. The
/// transpose is a pad with zeros.
package struct Slice: Operator {
  package static let mnemonic = "slice"

  /// What is kept of one axis.
  package struct Range: Hashable, Sendable {
    package var axis: Int
    package var start: Int
    package var limit: Int
    package var stride: Int

    package init(axis: Int, start: Int, limit: Int, stride: Int = 1) {
      self.axis = axis
      self.start = start
      self.limit = limit
      self.stride = stride
    }

    /// The number of positions kept.
    var count: Int { limit > start ? (limit - start - 1) / stride + 1 : 0 }
    /// The stride, where it matters; so that it cannot overflow in products with extents.
    var step: Int { count > 1 ? stride : 1 }
  }

  package let ranges: [Range]
  package init(_ ranges: [Range]) { self.ranges = ranges }

  package init(attributes: AttributeList) throws(Diagnostic) {
    try attributes.allowOnly("axes", "starts", "limits", "strides")
    let axes = try attributes.integers("axes")
    let starts = try attributes.integers("starts")
    let limits = try attributes.integers("limits")
    let strides =
      try attributes.optionalIntegers("strides") ?? Array(repeating: 1, count: axes.count)
    try self.init(axes: axes, starts: starts, limits: limits, strides: strides)
  }

  init(axes: [Int], starts: [Int], limits: [Int], strides: [Int]) throws(Diagnostic) {
    guard [starts, limits, strides].allSatisfy({ $0.count == axes.count }) else {
      throw Diagnostic(
        .invalidAttribute,
        "a start, a limit and a stride are needed for each of the \(axes.count) axes that are cut, "
          + "not \(starts.count), \(limits.count) and \(strides.count)")
    }
    ranges = axes.indices.map {
      Range(axis: axes[$0], start: starts[$0], limit: limits[$0], stride: strides[$0])
    }
  }

  package var attributes: AttributeList {
    let isDense = ranges.allSatisfy { $0.stride == 1 }
    return AttributeList([
      "axes": .integers(ranges.map(\.axis)), "starts": .integers(ranges.map(\.start)),
      "limits": .integers(ranges.map(\.limit)),
      "strides": isDense ? nil : .integers(ranges.map(\.stride)),
    ])
  }

  package func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try operands.expect(count: 1)
    let operand = operands[0]
    try operand.expectAscending(axes: ranges.map(\.axis))
    var shape = operand.shape
    for range in ranges {
      guard let extent = shape[range.axis].extent else {
        throw Diagnostic(
          .unboundDimension,
          "axis \(range.axis) of \(operand) is known by name only and cannot be cut; leave it out "
            + "of the axes, or bind \(shape[range.axis])")
      }
      guard range.start >= 0, range.start <= range.limit, range.limit <= extent else {
        throw Diagnostic(
          .invalidAttribute,
          "positions \(range.start)..<\(range.limit) do not lie in 0..<\(extent), "
            + "axis \(range.axis) of \(operand)")
      }
      guard range.stride >= 1 else {
        throw Diagnostic(.invalidAttribute, "a stride is 1 or more, not \(range.stride)")
      }
      shape[range.axis] = .fixed(range.count)
    }
    return [TensorType(operand.scalarType, shape)]
  }

  package var derivative: Derivative {
    .movement { site, cotangent in
      let shape = site.operands[0].shape
      var paddings = Array(repeating: Pad.Padding(), count: shape.rank)
      for range in ranges {
        let extent = shape[range.axis].extent ?? range.limit
        // With nothing kept, everything is padding.
        let last = range.count == 0 ? range.start - 1 : range.start + (range.count - 1) * range.step
        paddings[range.axis] = Pad.Padding(
          low: range.start, high: extent - 1 - last, interior: range.step - 1)
      }
      return [site.builder.apply(Pad(paddings, with: 0), [cotangent])]
    }
  }

  package var batching: Batching {
    .rule { site in
      site.applying(
        Self(
          ranges.map {
            Range(axis: $0.axis + 1, start: $0.start, limit: $0.limit, stride: $0.stride)
          }))
    }
  }

  package func lower(
    _ operands: [TensorType], to results: [TensorType]
  ) throws(Diagnostic) -> Lowering {
    let extents = try results[0].boundExtents()
    var map = IndexMap.identity(rank: extents.count)
    for range in ranges {
      map.axes[range.axis] = AxisIndex(
        axis: AxisNumber(range.axis), start: range.start, step: range.step)
    }
    return .loop(
      try .copy(
        extents: extents, of: operands[0], through: map, to: results[0],
        through: .identity(rank: extents.count)))
  }
}

extension Value {
  /// The elements at positions `from`, `from + stride`, … below `to` along axes.
  ///
  /// `y[i] = x[from + strides · i]`. Without `axes` there is one number for each axis; with them,
  /// for each axis listed, and the other axes stay whole. An axis known by name only cannot be
  /// listed. The derivative puts the cotangent back in its place among zeros.
  ///
  /// <!-- given: x: Value -->
  /// ```swift
  /// let firstTen = x.sliced(axes: [-1], from: [0], to: [10])
  /// ```
  ///
  /// Mistakes: `.invalidAttribute` where positions are not in the axis or the lists have different lengths,
  /// `.unboundDimension` for a named axis, `.invalidArgument` for an axis out of range.
  public func sliced(
    axes: [Int]? = nil, from starts: [Int], to limits: [Int], strides: [Int]? = nil,
    file: String = #fileID, line: Int = #line
  ) -> Value {
    builder.placed(Slice.mnemonic, of: [self], file, line) { () throws(Diagnostic) in
      var cut: [Int] = []
      for axis in axes ?? Array(0..<rank) { cut.append(try type.normalized(axis: axis)) }
      let slice = try Slice(
        axes: cut, starts: starts, limits: limits,
        strides: strides ?? Array(repeating: 1, count: cut.count))
      return builder.apply(Slice(slice.ranges.sorted { $0.axis < $1.axis }), [self])
    }
  }
}

extension Slice: PositionSelection {
  package func selectedAxis(of operands: [TensorType]) -> Int? {
    ranges.count == 1 ? ranges[0].axis : nil
  }

  package func selecting(along axis: Int) -> Slice {
    Slice(ranges.map { Range(axis: axis, start: $0.start, limit: $0.limit, stride: $0.stride) })
  }

  package static var reachesOutside: Bool { false }
}

// The page of the reference.
extension Slice {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .structure, "A regular selection along axes.",
      formula: "y[i] = x[start + stride · i], for places below the limit",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "Of each axis that is cut, the extent is the number of places.",
      attributes: [
        OperatorPage.Part("axes", "the axes that are cut; others pass whole"),
        OperatorPage.Part("starts", "for each, the first place"),
        OperatorPage.Part("limits", "for each, the place before which it ends"),
        OperatorPage.Part("strides", "for each, the step; 1 where they are not given"),
      ],
      reverse: ["x̄ = ȳ at the places selected, 0 elsewhere"],
      forward: "ẏ = ẋ, cut in the same way",
      example: OperatorPage.Example(
        [OperatorPage.Input("x", elements: [1, 2, 3, 4, 5])],
        "x.sliced(from: [1], to: [5], strides: [2])"
      ) { $1[0].sliced(from: [1], to: [5], strides: [2]) })
  }
}
