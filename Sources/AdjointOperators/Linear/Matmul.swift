import AdjointCore
import AdjointGraph

/// The matrix product, with NumPy's rules for other ranks.
///
/// | left | right | result |
/// |---|---|---|
/// | `[M, K]` | `[K, N]` | `[M, N]` |
/// | `[K]` | `[K]` | a scalar |
/// | `[…, M, K]` | `[K]` | `[…, M]` |
/// | `[K]` | `[…, K, N]` | `[…, N]` |
/// | `[…, M, K]` | `[K, N]` | `[…, M, N]` |
/// | `[…, M, K]` | `[…, K, N]` | `[…, M, N]`, the leading axes broadcast |
///
/// `z[…, i, j] = Σ_k x[…, i, k] · y[…, k, j]`, for numbers; of whole numbers products and sums wrap
/// around, and it is computed by plain loops.
/// With the cotangent `z̄`, `x̄ = z̄ · yᵀ` and `ȳ = xᵀ · z̄`.
///
/// Mistakes: `.shapeMismatch` where the inner extents differ, the leading axes do not broadcast or an
/// operand is a scalar; `.scalarTypeMismatch` unless both are of one number type.
public func matmul(
  _ left: Value, _ right: Value, file: String = #fileID, line: Int = #line
) -> Value {
  left.builder.placed("matmul", of: [left, right], file, line) { () throws(Diagnostic) in
    guard left.rank > 0, right.rank > 0 else {
      throw Diagnostic(
        .shapeMismatch,
        "an operand is a scalar, in \(left.type) and \(right.type); for those use *")
    }
    let inner = right.rank == 1 ? 0 : right.rank - 2
    guard left.shape[left.rank - 1] == right.shape[inner] else {
      throw Diagnostic(
        .shapeMismatch,
        "the inner extents of \(left.type) and \(right.type) differ, "
          + "\(left.shape[left.rank - 1]) and \(right.shape[inner])")
    }
    guard left.rank > 1, right.rank > 2 else {
      return left.contracted(
        DotGeneral.Side(contract: [left.rank - 1]), with: right,
        DotGeneral.Side(contract: [inner]))
    }
    return try batchedProduct(left, right)
  }
}

/// The product of matrices whose leading axes broadcast to one shape.
private func batchedProduct(_ left: Value, _ right: Value) throws(Diagnostic) -> Value {
  let leadingLeft = Shape(Array(left.shape.dimensions.dropLast(2)))
  let leadingRight = Shape(Array(right.shape.dimensions.dropLast(2)))
  guard let batch = Shape.broadcast(leadingLeft, leadingRight) else {
    throw Diagnostic(
      .shapeMismatch,
      "the leading axes of \(left.type) and \(right.type) do not broadcast; from the last of them "
        + "backwards, extents must be equal or one of them 1")
  }
  let x = left.expanded(to: Shape(batch.dimensions + left.shape.dimensions.suffix(2)))
  let y = right.expanded(to: Shape(batch.dimensions + right.shape.dimensions.suffix(2)))
  let axes = Array(0..<batch.rank)
  return x.contracted(
    DotGeneral.Side(batch: axes, contract: [batch.rank + 1]), with: y,
    DotGeneral.Side(batch: axes, contract: [batch.rank]))
}

/// A product of two tensors summed over pairs of axes, for each position of the batch axes.
///
/// The pairs are (axis of the left operand, axis of the right one); negative axes count from the
/// back. The result has the batch axes, then the other axes of the left operand, then those of the
/// right one:
///
/// <!-- given: queries: Value, keys: Value -->
/// ```swift
/// // queries [B, heads, T, D] times keys [B, heads, T, D], to scores [B, heads, T, T]
/// let scores = dotGeneral(queries, keys, contracting: [(3, 3)], batch: [(0, 0), (1, 1)])
/// ```
///
/// Products and sums of whole numbers wrap around.
///
/// Mistakes: `.shapeMismatch` where the extents of a pair differ, `.invalidArgument` for an axis out of
/// range, `.invalidAttribute` for one in two pairs, `.scalarTypeMismatch` unless both operands are of one
/// number type.
public func dotGeneral(
  _ left: Value, _ right: Value, contracting pairs: [(left: Int, right: Int)],
  batch: [(left: Int, right: Int)] = [], file: String = #fileID, line: Int = #line
) -> Value {
  left.builder.placed(DotGeneral.mnemonic, of: [left, right], file, line) {
    () throws(Diagnostic) in
    var leftSide = DotGeneral.Side(contract: [])
    var rightSide = DotGeneral.Side(contract: [])
    for pair in batch {
      leftSide.batch.append(try left.type.normalized(axis: pair.left))
      rightSide.batch.append(try right.type.normalized(axis: pair.right))
    }
    for pair in pairs {
      leftSide.contract.append(try left.type.normalized(axis: pair.left))
      rightSide.contract.append(try right.type.normalized(axis: pair.right))
    }
    let operation = DotGeneral(left: leftSide, right: rightSide)
    // Before a transpose is put in front, so that mistakes speak of the operands as they were
    // given.
    _ = try operation.resultTypes(for: [left.type, right.type])
    return left.contracted(leftSide, with: right, rightSide)
  }
}

// The page of the reference.
extension OperatorPage {
  static let matmulPage = OperatorPage(
    "matmul", .composite, "The matrix product, with the rules of NumPy for other ranks.",
    formula: "z[…, i, j] = Σₖ x[…, i, k] · y[…, k, j]",
    operands: [
      OperatorPage.Part("x", "[…, M, K] or [K]"),
      OperatorPage.Part("y", "[…, K, N] or [K]; the leading axes broadcast"),
    ],
    result: "[…, M, N], without M or N where the operand has none.",
    reverse: ["x̄ = z̄ · yᵀ", "ȳ = xᵀ · z̄"],
    forward: "ż = ẋ · y + x · ẏ",
    conventions: [
      "It is written as `dot_general`, with broadcasts and transposes where they are "
        + "needed."
    ],
    example: OperatorPage.Example(
      [
        OperatorPage.Input("x", .f64, [2, 2], elements: [1, 2, 3, 4]),
        OperatorPage.Input("y", elements: [1, -1]),
      ], "matmul(x, y)"
    ) { matmul($1[0], $1[1]) })
}
