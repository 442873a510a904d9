import AdjointCore
import AdjointGraph
import AdjointKernels

/// Repeats a value along new axes: `y[i] = x[i at axes]`.
///
/// Axis k of the operand becomes axis `axes[k]` of the result; the other axes of `shape` are new.
/// The transpose is a sum over the new axes.
package struct Broadcast: Operator {
  package static let mnemonic = "broadcast"

  package let shape: Shape
  package let axes: [Int]

  package init(shape: Shape, axes: [Int]) {
    self.shape = shape
    self.axes = axes
  }

  package init(attributes: AttributeList) throws(Diagnostic) {
    try attributes.allowOnly("shape", "axes")
    self.init(shape: try attributes.shape("shape"), axes: try attributes.integers("axes"))
  }

  package var attributes: AttributeList {
    AttributeList(["shape": .dimensions(shape.dimensions), "axes": .integers(axes)])
  }

  package func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try operands.expect(count: 1)
    let result = TensorType(operands[0].scalarType, shape)
    try result.expectAscending(axes: axes)
    guard axes.count == operands[0].rank else {
      throw Diagnostic(
        .invalidAttribute,
        "\(axes.count) axes are given for the \(operands[0].rank) of \(operands[0])")
    }
    for (axis, target) in axes.enumerated() where operands[0].shape[axis] != shape[target] {
      throw Diagnostic(
        .shapeMismatch,
        "\(operands[0]) does not broadcast to \(shape): its axis \(axis) is not of the extent of "
          + "axis \(target)")
    }
    return [result]
  }

  package var derivative: Derivative {
    .movement { site, cotangent in
      let added = (0..<shape.rank).filter { !axes.contains($0) }
      return [site.builder.apply(ReduceSum(axes: added), [cotangent])]
    }
  }

  package var batching: Batching {
    .rule { site in
      site.applying(Self(shape: shape.batched(site.extent), axes: [0] + axes.map { $0 + 1 }))
    }
  }

  package func passage(of axis: Int, operands: [TensorType]) -> AxisPassage? {
    AxisPassage([axes.firstIndex(of: axis)]) { extent in
      var resized = shape
      resized[axis] = extent
      return Self(shape: resized, axes: axes)
    }
  }

  package func lower(
    _ operands: [TensorType], to results: [TensorType]
  ) throws(Diagnostic) -> Lowering {
    let extents = try results[0].boundExtents()
    return .loop(
      try .copy(
        extents: extents, of: operands[0],
        through: IndexMap(axes.map { AxisIndex(axis: AxisNumber($0)) }),
        to: results[0], through: .identity(rank: extents.count)))
  }
}

extension Value {
  /// This value repeated along new axes: axis k becomes axis `axes[k]` of the result.
  ///
  /// Mistakes: `.shapeMismatch` where an extent differs, `.invalidAttribute` where the axes are not one
  /// ascending number for each axis.
  public func broadcast(
    to shape: Shape, axes: [Int], file: String = #fileID, line: Int = #line
  ) -> Value {
    builder.apply(
      Broadcast(shape: shape, axes: axes), [self], like: TensorType(scalarType, shape),
      at: SourceLocation(file: file, line: line))
  }
}

// The page of the reference.
extension Broadcast {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .structure, "A value repeated along new axes.",
      formula: "y[i] = x[i at axes]",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "The shape `shape`, of the type of x.",
      attributes: [
        OperatorPage.Part("shape", "the shape of the result"),
        OperatorPage.Part(
          "axes", "for each axis of x, the axis of the result that it becomes, ascending"),
      ],
      reverse: ["x̄ = the sum of ȳ over the new axes"],
      forward: "ẏ = ẋ, repeated in the same way",
      example: OperatorPage.Example(
        [OperatorPage.Input("x", elements: [1, 2, 3])], "x.broadcast(to: [2, 3], axes: [1])"
      ) { $1[0].broadcast(to: [2, 3], axes: [1]) })
  }
}

extension Broadcast {
  package func notation(for operands: [TensorType]) -> Notation? {
    .operand
  }
}
