import Adjoint

/// Half the square of what two factors leave of a dense matrix, with a ridge:
/// `½‖U·Vᵀ − A‖² + ½λ(‖U‖² + ‖V‖²)`.
struct MatrixFactorization: Formula {
  let rows: Int
  let columns: Int
  let rank: Int

  private static let ridge = 0.1

  func operands() throws(Diagnostic) -> [Operand] {
    [
      try .source("U", RandomNumbers.uniform(rows * rank, "U"), rows, rank),
      try .source("V", RandomNumbers.uniform(columns * rank, "V"), columns, rank),
      try .data("A", RandomNumbers.uniform(rows * columns, "A"), rows, columns),
    ]
  }

  func value(of operands: [Value]) throws(Diagnostic) -> Value {
    let (u, v, a) = (operands[0], operands[1], operands[2])
    let residual = matmul(u, v.transposed(permutation: [1, 0])) - a
    let ridge = (u * u).sum() + (v * v).sum()
    return 0.5 * (residual * residual).sum() + Self.ridge / 2 * ridge
  }

  func reference(_ operands: [[Double]]) -> [Double] {
    let (u, v, a) = (operands[0], operands[1], operands[2])
    var transposed = [Double](repeating: 0, count: v.count)
    for column in 0..<columns {
      for index in 0..<rank { transposed[index * columns + column] = v[column * rank + index] }
    }
    let product = PlainLoops.product(u, transposed, inner: rank)
    var sum = Self.ridge / 2 * (PlainLoops.dot(u, u, from: 0) + PlainLoops.dot(v, v, from: 0))
    for index in a.indices {
      let residual = product[index] - a[index]
      sum += 0.5 * residual * residual
    }
    return [sum]
  }

  /// The product and one for each factor's gradient; of the matrix only one pass is needed.
  var work: Work {
    .single(
      operations: 6 * rows * columns * rank + 3 * rows * columns,
      read: rows * columns + (rows + columns) * rank, written: (rows + columns) * rank)
  }
}
