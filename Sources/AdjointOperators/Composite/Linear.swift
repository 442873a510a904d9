import AdjointCore
import AdjointGraph

/// `y = x · W + b`, or without b.
package struct Linear: Composite {
  package static let mnemonic = "linear"
  package init() {}

  package init(attributes: AttributeList) throws(Diagnostic) { try attributes.allowOnly() }
  package var attributes: AttributeList { AttributeList() }

  package func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    guard operands.count == 2 || operands.count == 3 else {
      throw Diagnostic(
        .operandCount, "the operator takes 2 or 3 operands, not \(operands.count)")
    }
    let (x, weight) = (operands[0], operands[1])
    let bias = operands.count == 3 ? operands[2] : nil
    guard x.rank > 0, weight.rank == 2, bias.map({ $0.rank == 1 }) ?? true else {
      let third = bias.map { " and the bias \($0)" } ?? ""
      throw Diagnostic(
        .shapeMismatch,
        "the input \(x), the weight \(weight)\(third) are not of the shapes […, in], [in, out] and [out]"
      )
    }
    try x.expectNumeric()
    for other in operands where other.scalarType != x.scalarType {
      throw Diagnostic(
        .scalarTypeMismatch,
        "the operands have different scalar types, \(x) and \(other); cast one of them")
    }
    guard x.shape[x.rank - 1] == weight.shape[0] else {
      throw Diagnostic(
        .shapeMismatch,
        "the inner extents of \(x) and \(weight) differ, \(x.shape[x.rank - 1]) and "
          + "\(weight.shape[0])")
    }
    if let bias, bias.shape[0] != weight.shape[1] {
      throw Diagnostic(
        .shapeMismatch, "the bias \(bias) is not as long as the weight \(weight) has columns")
    }
    var shape = x.shape
    shape[x.rank - 1] = weight.shape[1]
    return [TensorType(x.scalarType, shape)]
  }

  package var batching: Batching {
    .rule { site in
      if site.operands.dropFirst().contains(where: \.isBatched) { return site.expanding(self) }
      let product = site.builder.apply(self, site.operands.map(\.value))
      return [BatchedValue(product, isBatched: true)]
    }
  }

  package func expansion(of operands: [Value]) throws(Diagnostic) -> [Value] {
    let product = matmul(operands[0], operands[1])
    guard operands.count == 3 else { return [product] }
    return [
      product + operands[2].repeated(over: product, alongAxes: Array(0..<(product.rank - 1)))
    ]
  }
}

/// A fully connected layer: `y = x · W + b`.
///
/// The last axis of the input, `[…, in]`, is multiplied by the weight, `[in, out]`; the bias,
/// `[out]`, is added where there is one. `x̄ = ȳ · Wᵀ`, `W̄ = xᵀ · ȳ`, and `b̄` is the sum of `ȳ`
/// over all axes but the last.
///
/// Mistakes: `.shapeMismatch` where the shapes do not go together, `.scalarTypeMismatch` unless all are
/// `f32` or all are `f64`.
public func linear(
  _ input: Value, weight: Value, bias: Value? = nil, file: String = #fileID, line: Int = #line
) -> Value {
  let values = [input, weight] + (bias.map { [$0] } ?? [])
  return input.builder.placed("linear", Linear(), on: values, file, line)
}

// The page of the reference.
extension Linear {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .composite, "A fully connected layer.",
      formula: "y = x · W + b",
      operands: [
        OperatorPage.Part("x", "[…, in]"), OperatorPage.Part("weight", "[in, out]"),
        OperatorPage.Part("bias", "[out], or none"),
      ],
      result: "[…, out], of the type of x.",
      reverse: ["x̄ = ȳ · Wᵀ", "W̄ = xᵀ · ȳ", "b̄ = the sum of ȳ over all axes but the last"],
      forward: "ẏ = ẋ · W + x · Ẇ + ḃ",
      example: OperatorPage.Example(
        [
          OperatorPage.Input("x", .f64, [1, 2], elements: [1, 2]),
          OperatorPage.Input("w", .f64, [2, 2], elements: [1, 0, 3, -1]),
          OperatorPage.Input("b", elements: [0.5, 0.25]),
        ], "linear(x, weight: w, bias: b)"
      ) { linear($1[0], weight: $1[1], bias: $1[2]) })
  }
}
