import AdjointCore
import AdjointGraph

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
    let axes = try x.type.normalized(axes: axes)
    let normalized = TensorType(x.scalarType, Shape(axes.map { x.shape[$0] }))
    for (name, value) in [("scale", scale), ("offset", offset)] where value.type != normalized {
      throw Diagnostic(
        value.scalarType == x.scalarType ? .shapeMismatch : .scalarTypeMismatch,
        "the \(name) is \(value.type), and for axes \(axes) of \(x.type) it must be \(normalized)")
    }
    let centred = x.centred(over: axes)
    let variance = (centred * centred).mean(squeezingAxes: axes)
    let inverse = rsqrt(variance + epsilon).repeated(over: x, alongAxes: axes)
    return centred * inverse * scale.broadcast(to: x.shape, axes: axes)
      + offset.broadcast(to: x.shape, axes: axes)
  }
}

// The page of the reference.
extension OperatorPage {
  static let layerNormPage = OperatorPage(
    "layerNorm", .composite,
    "Elements along axes brought to mean 0 and variance 1, then scaled and moved.",
    formula: "y = (x − mean)/√(variance + ε) · scale + offset",
    operands: [
      OperatorPage.Part("x", "any shape"), OperatorPage.Part("scale", "the extents of the axes"),
      OperatorPage.Part("offset", "the extents of the axes"),
    ],
    result: "The shape and type of x.",
    attributes: [
      OperatorPage.Part("axes", "the axes, the last where none are given"),
      OperatorPage.Part("epsilon", "ε, 1e-5 where it is not given"),
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
