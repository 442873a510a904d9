import Adjoint

/// Half the sum of squares of what a discretised equation of Poisson leaves, `½ Σ (4u − its four neighbours − f)²`
/// over the inner points of a grid.
struct Stencil: Formula {
  let extent: Int

  private var inner: Int { extent - 2 }

  func operands() throws(Diagnostic) -> [Operand] {
    [
      try .source("u", RandomNumbers.uniform(extent * extent, "u"), extent, extent),
      try .data("f", RandomNumbers.uniform(inner * inner, "f"), inner, inner),
    ]
  }

  func value(of operands: [Value]) throws(Diagnostic) -> Value {
    let (u, f) = (operands[0], operands[1])
    let middle = 1..<extent - 1
    let neighbours =
      u[0..<inner, middle] + u[2..<extent, middle] + u[middle, 0..<inner] + u[middle, 2..<extent]
    let residual = 4 * u[middle, middle] - neighbours - f
    return 0.5 * (residual * residual).sum()
  }

  func reference(_ operands: [[Double]]) -> [Double] {
    let (u, f) = (operands[0], operands[1])
    var sum = 0.0
    for row in 0..<inner {
      for column in 0..<inner {
        let place = (row + 1) * extent + column + 1
        let neighbours = u[place - extent] + u[place + extent] + u[place - 1] + u[place + 1]
        let residual = 4 * u[place] - neighbours - f[row * inner + column]
        sum += 0.5 * residual * residual
      }
    }
    return [sum]
  }

  /// Six operations there, two for the sum of squares, five back.
  var work: Work {
    .single(
      operations: 13 * inner * inner, read: extent * extent + inner * inner,
      written: extent * extent)
  }
}
