import AdjointCore
import AdjointGraph
import AdjointKernels

/// Values one behind the other along an axis.
///
/// Its transpose is a slice for each of them.
package struct Concatenate: Operator {
  package static let mnemonic = "concatenate"

  package let axis: Int
  package init(axis: Int) { self.axis = axis }

  package init(attributes: AttributeList) throws(Diagnostic) {
    try attributes.allowOnly("axis")
    self.init(axis: try attributes.integer("axis"))
  }

  package var attributes: AttributeList { AttributeList(["axis": .integer(axis)]) }

  package func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    guard let first = operands.first else {
      throw Diagnostic(.operandCount, "the operator takes at least one operand")
    }
    try first.expectAscending(axes: [axis])
    if operands.count == 1 { return operands }
    var total = 0
    for operand in operands {
      guard operand.scalarType == first.scalarType else {
        throw Diagnostic(
          .scalarTypeMismatch,
          "the operands have different scalar types, \(first) and \(operand); cast one of them")
      }
      var expected = first.shape
      if operand.rank == first.rank { expected[axis] = operand.shape[axis] }
      guard operand.shape == expected else {
        throw Diagnostic(
          .shapeMismatch,
          "the shapes of \(first) and \(operand) differ in more than the extent of axis \(axis)")
      }
      guard let extent = operand.shape[axis].extent else {
        throw Diagnostic(
          .unboundDimension,
          "axis \(axis) of \(operand) is known by name only; bind \(operand.shape[axis]) first, "
            + "or join along another axis")
      }
      let (sum, overflow) = total.addingReportingOverflow(extent)
      guard !overflow else {
        throw Diagnostic(
          .invalidType, "the extents of axis \(axis) sum to more than an integer holds")
      }
      total = sum
    }
    var shape = first.shape
    shape[axis] = .fixed(total)
    return [TensorType(first.scalarType, shape)]
  }

  package var derivative: Derivative {
    .movement { site, cotangent in
      if site.operands.count == 1 { return [cotangent] }
      var cotangents: [Value?] = []
      var start = 0
      for (operand, wanted) in zip(site.operands, site.wanted) {
        let limit = start + (operand.shape[axis].extent ?? 0)
        let slice = Slice([Slice.Range(axis: axis, start: start, limit: limit)])
        cotangents.append(wanted ? site.builder.apply(slice, [cotangent]) : nil)
        start = limit
      }
      return cotangents
    }
  }

  package var batching: Batching {
    .rule { $0.applying(Self(axis: axis + 1)) }
  }

  package func lower(
    _ operands: [TensorType], to results: [TensorType]
  ) throws(Diagnostic) -> Lowering {
    if operands.count == 1 { return .view }
    var kernels: [Kernel] = []
    var start = 0
    for (number, operand) in operands.enumerated() {
      let extents = try operand.boundExtents()
      let read = IndexMap.identity(rank: extents.count)
      var write = read
      write.axes[axis].start = start
      kernels.append(
        .loopNest(
          try .copy(
            extents: extents, from: number, of: operand, through: read, to: results[0],
            through: write)))
      start += extents[axis]
    }
    return .kernels(kernels)
  }
}

/// The values one behind the other along an axis, in which alone their extents may differ.
///
/// A negative axis counts from the back. The derivative cuts the cotangent up again.
///
/// Mistakes: `.shapeMismatch` or `.scalarTypeMismatch` where the values do not go together,
/// `.unboundDimension` where an extent to be summed is known by name only, `.operandCount` for an empty
/// list, `.invalidArgument` for an axis out of range.
public func concatenate(
  _ values: [Value], axis: Int, file: String = #fileID, line: Int = #line
) -> Value {
  guard let first = values.first else {
    return .poisoned(
      by: Diagnostic(
        .operandCount, "concatenate: the list of values is empty; give at least one",
        location: SourceLocation(file: file, line: line)))
  }
  return first.builder.placed(Concatenate.mnemonic, of: values, file, line) {
    () throws(Diagnostic) in
    try first.builder.apply(Concatenate(axis: first.type.normalized(axis: axis)), values)
  }
}

// The page of the reference.
extension Concatenate {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .structure, "Values one behind the other along an axis.",
      formula: "y = x₁ | x₂ | … along `axis`",
      operands: [OperatorPage.Part("x, y, …", "equal but for the extent of `axis`")],
      result: "The extents of `axis` are added.",
      attributes: [OperatorPage.Part("axis", "the axis along which they stand")],
      reverse: ["x̄, … = the parts of the cotangent, one slice for each"],
      forward: "the tangents, one behind the other",
      conventions: ["The extents of the axis have to be numbers."],
      example: OperatorPage.Example(
        [OperatorPage.Input("x", elements: [1, 2]), OperatorPage.Input("y", elements: [3])],
        "concatenate([x, y], axis: 0)"
      ) { concatenate([$1[0], $1[1]], axis: 0) })
  }
}
