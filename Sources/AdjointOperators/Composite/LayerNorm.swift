import AdjointCore
import AdjointGraph

/// `y = (x − mean) / √(variance + ε) · scale + offset`, mean and variance over axes.
package struct LayerNorm: Composite {
  package static let mnemonic = "layer_norm"

  /// The axes, ascending.
  package let axes: [Int]
  package let epsilon: NumberLiteral

  package init(axes: [Int], epsilon: NumberLiteral) {
    self.axes = axes
    self.epsilon = epsilon
  }

  package init(attributes: AttributeList) throws(Diagnostic) {
    try attributes.allowOnly("axes", "epsilon")
    self.init(
      axes: try attributes.integers("axes"), epsilon: try attributes.number("epsilon"))
  }

  package var attributes: AttributeList {
    AttributeList(["axes": .integers(axes), "epsilon": .floating(epsilon)])
  }

  package func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    try operands.expect(count: 3)
    let x = operands[0]
    try x.expectFloatingPoint()
    try x.expectAscending(axes: axes)
    try epsilon.check(as: x.scalarType)
    let normalized = TensorType(x.scalarType, Shape(axes.map { x.shape[$0] }))
    for (name, type) in [("scale", operands[1]), ("offset", operands[2])] where type != normalized {
      throw Diagnostic(
        type.scalarType == x.scalarType ? .shapeMismatch : .scalarTypeMismatch,
        "the \(name) is \(type), and for axes \(axes) of \(x) it must be \(normalized)")
    }
    return [x]
  }

  package var derivative: Derivative {
    .rules(
      vjp: { site, cotangents in
        guard let cotangent = cotangents[0] else { return [nil, nil, nil] }
        let (x, scale) = (site.operands[0], site.operands[1])
        let parts = Parts(x, self)
        return [
          site.wanted[0] ? parts.projected(cotangent * alongAxes(scale, of: x)) : nil,
          site.wanted[1] ? sumOfOthers(cotangent * parts.normalized) : nil,
          site.wanted[2] ? sumOfOthers(cotangent) : nil,
        ]
      },
      jvp: { site, tangents in
        let (x, scale) = (site.operands[0], site.operands[1])
        let parts = Parts(x, self)
        let terms = [
          tangents[0].map { parts.projected($0) * alongAxes(scale, of: x) },
          tangents[1].map { parts.normalized * alongAxes($0, of: x) },
          tangents[2].map { alongAxes($0, of: x) },
        ].compactMap { $0 }
        guard let first = terms.first else { return [nil] }
        return [terms.dropFirst().reduce(first, +)]
      })
  }

  package var batching: Batching {
    .rule { site in
      // A scale or an offset for each example is no operand of one layer norm.
      if site.operands[1].isBatched || site.operands[2].isBatched { return site.expanding(self) }
      let shifted = Self(axes: axes.map { $0 + 1 }, epsilon: epsilon)
      let normalized = site.builder.apply(shifted, site.operands.map(\.value))
      return [BatchedValue(normalized, isBatched: true)]
    }
  }

  package func expansion(of operands: [Value]) throws(Diagnostic) -> [Value] {
    let x = operands[0]
    let normalized = Parts(x, self).normalized
    return [normalized * alongAxes(operands[1], of: x) + alongAxes(operands[2], of: x)]
  }

  /// A value with the extents of the axes, repeated along the others.
  private func alongAxes(_ value: Value, of x: Value) -> Value {
    x.builder.apply(Broadcast(shape: x.shape, axes: axes), [value])
  }

  /// The sum over the axes that are not normalised.
  private func sumOfOthers(_ value: Value) -> Value {
    let others = (0..<value.rank).filter { !axes.contains($0) }
    return value.builder.apply(ReduceSum(axes: others), [value])
  }

  /// What the forward pass and both modes have in common.
  private struct Parts {
    let axes: [Int]
    /// 1/√(variance + ε), repeated.
    let inverse: Value
    /// (x − mean)/√(variance + ε).
    let normalized: Value

    init(_ x: Value, _ operation: LayerNorm) {
      axes = operation.axes
      let centred = x.centred(over: axes)
      let variance = (centred * centred).mean(squeezingAxes: axes)
      inverse = rsqrt(variance.combined(with: operation.epsilon, by: Add()))
        .repeated(over: x, alongAxes: axes)
      normalized = centred * inverse
    }

    /// (g − mean(g) − n · mean(g · n))/√(variance + ε): the derivative of n, which is symmetric.
    ///
    /// The mean is taken last, where that of n is 0, so that one row after the other can be done to its end.
    func projected(_ direction: Value) -> Value {
      let projection = (direction * normalized).mean(squeezingAxes: axes)
        .repeated(over: direction, alongAxes: axes)
      return (direction - normalized * projection).centred(over: axes) * inverse
    }
  }
}

/// Layer normalisation (Ba, Kiros and Hinton, 2016): elements along axes brought to mean 0 and
/// variance 1, then scaled and moved.
///
/// `y = (x − mean) / √(variance + ε) · scale + offset`, mean and variance over the axes, the last
/// one unless told otherwise. Scale and offset have the extents of those axes, in ascending order.
///
/// Mistakes: `.shapeMismatch` where scale or offset do not have those extents, `.scalarTypeMismatch` unless
/// all are `f32` or all are `f64`, `.invalidArgument` where an axis is out of range or repeated.
public func layerNorm(
  _ x: Value, scale: Value, offset: Value, axes: [Int] = [-1], epsilon: Double = 1e-5,
  file: String = #fileID, line: Int = #line
) -> Value {
  x.builder.placed("layerNorm", of: [x, scale, offset], file, line) { () throws(Diagnostic) in
    try x.type.expectFloatingPoint()
    let operation = LayerNorm(
      axes: try x.type.normalized(axes: axes), epsilon: NumberLiteral(epsilon))
    _ = try operation.resultTypes(for: [x.type, scale.type, offset.type])
    return x.builder.apply(operation, [x, scale, offset])
  }
}

// The page of the reference.
extension LayerNorm {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .composite,
      "Elements along axes brought to mean 0 and variance 1, then scaled and moved.",
      formula: "y = (x − mean)/√(variance + ε) · scale + offset",
      operands: [
        OperatorPage.Part("x", "any shape"), OperatorPage.Part("scale", "the extents of the axes"),
        OperatorPage.Part("offset", "the extents of the axes"),
      ],
      result: "The shape and type of x.",
      attributes: [
        OperatorPage.Part("axes", "the axes, ascending; in Swift the last where none are given"),
        OperatorPage.Part("epsilon", "ε; in Swift 1e-5 where it is not given"),
      ],
      reverse: [
        "x̄ = (g − mean(g) − n · mean(g · n))/√(variance + ε), with g = ȳ · scale and "
          + "the normalised n", "scale and offset: the sums of ȳ · n and of ȳ",
      ],
      forward: "ẏ = (ẋ − mean(ẋ) − n · mean(ẋ · n))/√(variance + ε) · scale, and the tangents "
        + "of scale times n and of offset",
      example: OperatorPage.Example(
        [
          OperatorPage.Input("x", .f64, [2, 3], elements: [1, 3, 2, -2, 0, 5]),
          OperatorPage.Input("scale", elements: [1, 2, 1]),
          OperatorPage.Input("offset", elements: [0, 1, 0]),
        ], "layerNorm(x, scale: scale, offset: offset)"
      ) { layerNorm($1[0], scale: $1[1], offset: $1[2]) })
  }
}
