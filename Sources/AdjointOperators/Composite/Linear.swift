import AdjointCore
import AdjointGraph

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
  return input.builder.placed("linear", of: values, file, line) { () throws(Diagnostic) in
    guard input.rank > 0, weight.rank == 2, bias.map({ $0.rank == 1 }) ?? true else {
      let third = bias.map { " and the bias \($0.type)" } ?? ""
      throw Diagnostic(
        .shapeMismatch,
        "the input \(input.type), the weight \(weight.type)\(third) are not of the shapes […, in], "
          + "[in, out] and [out]")
    }
    let product = matmul(input, weight)
    guard let bias else { return product }
    guard bias.shape[0] == weight.shape[1] else {
      throw Diagnostic(
        .shapeMismatch,
        "the bias \(bias.type) is not as long as the weight \(weight.type) has columns")
    }
    return product + bias.repeated(over: product, alongAxes: Array(0..<(product.rank - 1)))
  }
}

// The page of the reference.
extension OperatorPage {
  static let linearPage = OperatorPage(
    "linear", .composite, "A fully connected layer.",
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
