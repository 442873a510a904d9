import AdjointCore
import AdjointGraph

/// `y = softmax(q · kᵀ / √d) · v`, with a mask of the scores or without.
package struct Attention: Composite {
  package static let mnemonic = "attention"
  package init() {}

  package init(attributes: AttributeList) throws(Diagnostic) { try attributes.allowOnly() }
  package var attributes: AttributeList { AttributeList() }

  package func resultTypes(for operands: [TensorType]) throws(Diagnostic) -> [TensorType] {
    guard operands.count == 3 || operands.count == 4 else {
      throw Diagnostic(
        .operandCount, "the operator takes 3 or 4 operands, not \(operands.count)")
    }
    let (queries, keys, values) = (operands[0], operands[1], operands[2])
    try queries.expectFloatingPoint()
    for other in [keys, values] where other.scalarType != queries.scalarType {
      throw Diagnostic(
        .scalarTypeMismatch,
        "the operands have different scalar types, \(queries) and \(other); cast one of them")
    }
    let rank = queries.rank
    guard rank >= 2, keys.rank == rank, values.rank == rank,
      queries.shape.dimensions.dropLast(2) == keys.shape.dimensions.dropLast(2),
      keys.shape.dimensions.dropLast() == values.shape.dimensions.dropLast(),
      queries.shape[rank - 1] == keys.shape[rank - 1]
    else {
      throw Diagnostic(
        .shapeMismatch,
        "the queries \(queries), the keys \(keys) and the values \(values) are not of the shapes "
          + "[…, n, d], […, m, d] and […, m, e]")
    }
    if operands.count == 4 {
      try operands[3].expectTruthValues()
      let scores = Self.scores(queries, keys)
      guard Shape.broadcast(operands[3].shape, scores) == scores else {
        throw Diagnostic(
          .shapeMismatch,
          "the mask \(operands[3]) does not broadcast to the scores of \(queries) and \(keys), "
            + "\(scores)")
      }
    }
    var shape = queries.shape
    shape[rank - 1] = values.shape[rank - 1]
    return [TensorType(queries.scalarType, shape)]
  }

  package var batching: Batching {
    .rule { site in
      // A mask of fewer axes than the scores would take the axis of the batch for another one.
      let ranks = site.operands.map(\.exampleType.rank)
      let isAligned = ranks.allSatisfy { $0 == ranks[0] }
      return isAligned ? site.applying(self) : site.expanding(self)
    }
  }

  package func expansion(of operands: [Value]) throws(Diagnostic) -> [Value] {
    let (queries, keys, values) = (operands[0], operands[1], operands[2])
    let last = queries.rank - 1
    let leading = Array(0..<(last - 1))
    let products = queries.contracted(
      DotGeneral.Side(batch: leading, contract: [last]), with: keys,
      DotGeneral.Side(batch: leading, contract: [last]))
    let length = queries.extent(ofAxes: [last], as: queries.scalarType)
    var scores = products * rsqrt(length)
    if operands.count == 4 {
      scores = select(operands[3].expanded(to: scores.shape), scores, -.infinity)
    }
    return [matmul(scores.builder.apply(Softmax(axes: [last]), [scores]), values)]
  }

  /// The shape of the product of queries and keys.
  private static func scores(_ queries: TensorType, _ keys: TensorType) -> Shape {
    var shape = queries.shape
    shape[queries.rank - 1] = keys.shape[keys.rank - 2]
    return shape
  }
}

/// Scaled dot-product attention (Vaswani and others, 2017): for each query the mean of the values, weighted by
/// how well the keys fit.
///
/// `y = softmax(q · kᵀ / √d) · v`, the softmax over the keys. With `p = softmax(…)`, `v̄ = pᵀ · ȳ`, and the
/// cotangent of the scores is `p · (p̄ − Σ p̄ · p)` with `p̄ = ȳ · vᵀ`.
///
/// - Parameters:
///   - queries: `[…, n, d]`, `f32` or `f64`.
///   - keys: `[…, m, d]`, with the leading axes of the queries.
///   - values: `[…, m, e]`; the result is `[…, n, e]`.
///   - mask: Truth values that broadcast to `[…, n, m]`, true where a query sees a key. A query that sees none
///     gets NaN. Without a mask it sees all.
///
/// Mistakes: `.shapeMismatch` where the shapes do not go together, `.scalarTypeMismatch` for other scalar types.
public func attention(
  queries: Value, keys: Value, values: Value, mask: Value? = nil, file: String = #fileID,
  line: Int = #line
) -> Value {
  let operands = [queries, keys, values] + (mask.map { [$0] } ?? [])
  return queries.builder.placed("attention", Attention(), on: operands, file, line)
}

// The page of the reference.
extension Attention {
  package static var page: OperatorPage? {
    OperatorPage(
      mnemonic, .composite,
      "Scaled dot-product attention: values weighted by how well keys fit queries.",
      formula: "y = softmax(q · kᵀ / √d) · v",
      operands: [
        OperatorPage.Part("q", "[…, n, d]"), OperatorPage.Part("k", "[…, m, d]"),
        OperatorPage.Part("v", "[…, m, e]"),
        OperatorPage.Part("mask", "bool that broadcasts to […, n, m], or none"),
      ],
      result: "[…, n, e], of the type of q.",
      reverse: [
        "v̄ = pᵀ · ȳ, with p = softmax(q · kᵀ / √d)",
        "q̄ = s̄ · k / √d and k̄ = s̄ᵀ · q / √d, with s̄ = p · (p̄ − Σ p̄ · p) and p̄ = ȳ · vᵀ",
      ],
      forward: "ẏ = ṗ · v + p · v̇, with ṗ = p · (ṡ − Σ ṡ · p) and ṡ = (q̇ · kᵀ + q · k̇ᵀ) / √d",
      conventions: [
        "A query sees the keys where the mask is true; one that sees none gets NaN."
      ],
      example: OperatorPage.Example(
        [
          OperatorPage.Input("q", .f64, [1, 2], elements: [1, 0.5]),
          OperatorPage.Input("k", .f64, [2, 2], elements: [1, 0, -1, 2]),
          OperatorPage.Input("v", .f64, [2, 2], elements: [3, 1, 0, 2]),
        ], "attention(queries: q, keys: k, values: v)"
      ) { attention(queries: $1[0], keys: $1[1], values: $1[2]) })
  }
}
