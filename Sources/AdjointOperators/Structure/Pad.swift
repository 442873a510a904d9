import AdjointCore
import AdjointGraph
import AdjointKernels

/// A value surrounded, and interspersed, with a number: `y[low + i · (interior + 1)] = x[i]`.
///
/// Linear where the number is 0; then its transpose is a slice.
package struct Pad: Operator {
  package static let mnemonic = "pad"

  /// What is added along one axis.
  package struct Padding: Hashable, Sendable {
    package var low: Int
    package var high: Int
    /// Between each two neighbours.
    package var interior: Int

    package init(low: Int = 0, high: Int = 0, interior: Int = 0) {
      self.low = low
      self.high = high
      self.interior = interior
    }

    var isEmpty: Bool { self == Padding() }

    /// The extent after padding, or nil where it overflows.
    func extent(of count: Int) -> Int? {
      var sum = count
      let (gaps, overflow) = interior.multipliedReportingOverflow(by: Swift.max(count - 1, 0))
      if overflow { return nil }
      for part in [low, high, gaps] {
        let (next, overflow) = sum.addingReportingOverflow(part)
        if overflow { return nil }
        sum = next
      }
      return sum
    }

    /// The distance of two neighbours, where there are any.
    func step(for count: Int) -> Int { count > 1 ? interior + 1 : 1 }
  }

  package let paddings: [Padding]
  /// The number that fills.
  package let value: NumberLiteral

  package init(_ paddings: [Padding], with value: NumberLiteral) {
    self.paddings = paddings
    // One form for each number that both have.
    if case .whole(let whole) = value, let number = Double(exactly: whole) {
      self.value = NumberLiteral(number)
    } else {
      self.value = value
    }
  }

  package init(_ paddings: [Padding], with value: Double) {
    self.init(paddings, with: NumberLiteral(value))
  }

  package init(attributes: AttributeList) throws(Diagnostic) {
    try attributes.allowOnly("low", "high", "interior", "value")
    let low = try attributes.integers("low")
    self.init(
      try Self.paddings(
        low: low, high: attributes.integers("high"),
        interior: attributes.optionalIntegers("interior")),
      with: attributes["value"] == nil ? NumberLiteral(0.0) : try attributes.number("value"))
  }

  static func paddings(low: [Int], high: [Int], interior: [Int]?) throws(Diagnostic) -> [Padding] {
    let interior = interior ?? Array(repeating: 0, count: low.count)
    guard high.count == low.count, interior.count == low.count else {
      throw Diagnostic(
        .invalidAttribute,
        "low, high and interior need a number for each axis; they have \(low.count), "
          + "\(high.count) and \(interior.count)")
    }
    return low.indices.map { Padding(low: low[$0], high: high[$0], interior: interior[$0]) }
  }

  package var attributes: AttributeList {
    let isDense = paddings.allSatisfy { $0.interior == 0 }
    return AttributeList([
      "low": .integers(paddings.map(\.low)), "high": .integers(paddings.map(\.high)),
      "interior": isDense ? nil : .integers(paddings.map(\.interior)),
      "value": value == NumberLiteral(0.0) ? nil : Self.spelled(value),
    ])
  }

  private static func spelled(_ number: NumberLiteral) -> AttributeValue {
    if case .whole(let value) = number { .integer(Int(value)) } else { .floating(number) }
  }

  package func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try operands.expect(count: 1)
    try value.check(as: operands[0].scalarType)
    let operand = operands[0]
    guard paddings.count == operand.rank else {
      throw Diagnostic(
        .invalidAttribute,
        "padding is given for \(paddings.count) axes, and \(operand) has \(operand.rank)")
    }
    var shape = operand.shape
    for (axis, padding) in paddings.enumerated() where !padding.isEmpty {
      guard let extent = shape[axis].extent else {
        throw Diagnostic(
          .unboundDimension,
          "axis \(axis) of \(operand) is known by name only and cannot be padded; bind "
            + "\(shape[axis])"
        )
      }
      guard padding.low >= 0, padding.high >= 0, padding.interior >= 0 else {
        throw Diagnostic(
          .invalidAttribute, "padding is zero or more on axis \(axis); to remove elements, slice")
      }
      guard let padded = padding.extent(of: extent) else {
        throw Diagnostic(.invalidType, "the padded extent of axis \(axis) of \(operand) overflows")
      }
      shape[axis] = .fixed(padded)
    }
    return [TensorType(operand.scalarType, shape)]
  }

  package var derivative: Derivative {
    if value.double == 0 {
      return .movement { site, cotangent in
        [slice(cotangent, over: site.operands[0])]
      }
    }
    // The number does not move with the operand: the map is affine, its tangent padded with zeros.
    return .rules(
      vjp: { site, cotangents in
        guard let cotangent = cotangents[0] else { return [nil] }
        return [slice(cotangent, over: site.operands[0])]
      },
      jvp: { site, tangents in
        guard let tangent = tangents[0] else { return [nil] }
        return [site.builder.apply(Pad(paddings, with: 0), [tangent])]
      })
  }

  /// The elements of the result's cotangent that belong to the operand.
  private func slice(_ cotangent: Value, over operand: Value) -> Value {
    var ranges: [Slice.Range] = []
    for (axis, padding) in paddings.enumerated() where !padding.isEmpty {
      let count = operand.shape[axis].extent ?? 0
      let step = padding.step(for: count)
      ranges.append(
        Slice.Range(
          axis: axis, start: padding.low,
          limit: count == 0 ? padding.low : padding.low + (count - 1) * step + 1, stride: step))
    }
    return operand.builder.apply(Slice(ranges), [cotangent])
  }

  package var batching: Batching {
    .rule { $0.applying(Self([Padding()] + paddings, with: value)) }
  }

  package func lower(
    _ operands: [TensorType], to results: [TensorType]
  ) throws(Diagnostic) -> Lowering {
    if operands[0] == results[0] { return .view }
    let extents = try operands[0].boundExtents()
    let target = zip(extents, paddings).enumerated().map { axis, pair in
      let (extent, padding) = pair
      return AxisIndex(
        axis: AxisNumber(axis), start: padding.low, step: padding.step(for: extent))
    }
    let number = try ScalarLiteral(value, results[0].scalarType)
    let whole = try LoopNest.fill(results[0], with: number)
    if extents.contains(0) { return .loop(whole) }
    let end = try fillOfEnd(beside: extents, of: results[0], with: number)
    let copy = try LoopNest.copy(
      extents: extents, of: operands[0], through: .identity(rank: extents.count), to: results[0],
      through: IndexMap(target))
    return .kernels([.loopNest(end ?? whole), .loopNest(copy)])
  }

  /// Fills what is added, where all of it lies at one end of one axis; nil elsewhere.
  private func fillOfEnd(
    beside extents: [Int], of result: TensorType, with number: ScalarLiteral
  ) throws(Diagnostic) -> LoopNest? {
    let axes = paddings.indices.filter { !paddings[$0].isEmpty }
    guard let axis = axes.first, axes.count == 1, paddings[axis].interior == 0,
      paddings[axis].low == 0 || paddings[axis].high == 0
    else { return nil }
    var end = extents
    end[axis] = paddings[axis].low + paddings[axis].high
    var write = IndexMap.identity(rank: extents.count)
    write.axes[axis].start = paddings[axis].low > 0 ? 0 : extents[axis]
    return try .filling(extents: end, of: result, through: write, with: number)
  }
}

extension Value {
  /// This value with a number before, after and, where `interior` says so, between its elements.
  ///
  /// `y[low + i · (interior + 1)] = x[i]`, and the number elsewhere. There is one entry for each
  /// axis; an axis known by name only takes zeros. The derivative is the cotangent at the elements'
  /// places.
  ///
  /// Mistakes: `.invalidAttribute` where there is not one entry for each axis or one is negative,
  /// `.unboundDimension` where a named axis would grow, `.invalidType` or `.scalarTypeMismatch` for a
  /// number that the value's scalar type cannot hold.
  public func padded(
    low: [Int], high: [Int], interior: [Int]? = nil, with value: Double = 0,
    file: String = #fileID, line: Int = #line
  ) -> Value {
    padded(low, high, interior, NumberLiteral(value), file, line)
  }

  /// This value with a whole number before, after and, where `interior` says so, between its elements.
  ///
  /// Mistakes: as `padded(low:high:interior:with:)` with a floating-point number.
  public func padded<Integer: BinaryInteger>(
    low: [Int], high: [Int], interior: [Int]? = nil, with value: Integer,
    file: String = #fileID, line: Int = #line
  ) -> Value {
    padded(low, high, interior, NumberLiteral(value), file, line)
  }

  private func padded(
    _ low: [Int], _ high: [Int], _ interior: [Int]?, _ value: NumberLiteral, _ file: String,
    _ line: Int
  ) -> Value {
    builder.placed(Pad.mnemonic, of: [self], file, line) { () throws(Diagnostic) in
      let paddings = try Pad.paddings(low: low, high: high, interior: interior)
      return builder.apply(Pad(paddings, with: value), [self])
    }
  }
}

// The page of the reference.
extension Pad {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .structure, "A value surrounded, and interspersed, with a number.",
      formula: "y[low + i · (interior + 1)] = x[i], and `value` elsewhere",
      operands: [OperatorPage.Part("x", "any shape")],
      result: "Each extent n becomes low + n + (n − 1) · interior + high.",
      attributes: [
        OperatorPage.Part(
          "low", "for each axis, the places before the first element; negative ones cut"),
        OperatorPage.Part("high", "those behind the last"),
        OperatorPage.Part("interior", "those between two neighbours, 0 where it is not given"),
        OperatorPage.Part("value", "the number that fills"),
      ],
      reverse: ["x̄ = the elements of ȳ at the places of x"],
      forward: "ẏ = ẋ, padded with 0",
      example: OperatorPage.Example(
        [OperatorPage.Input("x", elements: [1, 2])],
        "x.padded(low: [1], high: [0], interior: [1], with: 9)"
      ) { $1[0].padded(low: [1], high: [0], interior: [1], with: 9) })
  }
}
