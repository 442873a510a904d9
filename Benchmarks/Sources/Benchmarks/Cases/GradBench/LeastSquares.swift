import Adjoint

/// Half the sum of squared differences of a polynomial from the sign of its argument, as a function of the
/// coefficients: GradBench's llsq, from cmpad.
struct LeastSquares: Formula {
  let points: Int
  let coefficients: Int

  private var arguments: [Double] {
    (0..<points).map { -1 + Double($0) * 2 / Double(points - 1) }
  }

  func operands() throws(Diagnostic) -> [Operand] {
    [
      try .source("x", RandomNumbers.doubles(coefficients, "coefficients"), coefficients),
      try .data("t", arguments, points),
    ]
  }

  func value(of operands: [Value]) throws(Diagnostic) -> Value {
    let (x, t) = (operands[0], operands[1])
    // Horner's scheme for all arguments at once.
    var polynomial = x[coefficients - 1] + 0 * t
    for index in (0..<coefficients - 1).reversed() { polynomial = polynomial * t + x[index] }
    let residual = sign(t) - polynomial
    return 0.5 * (residual * residual).sum()
  }

  func reference(_ operands: [[Double]]) -> [Double] {
    let (x, t) = (operands[0], operands[1])
    return [
      t.reduce(0) { sum, t in
        var power = 1.0
        var residual = t > 0 ? 1.0 : t < 0 ? -1 : 0
        for x in x {
          residual -= x * power
          power *= t
        }
        return sum + 0.5 * residual * residual
      }
    ]
  }

  /// A multiplication and an addition for each coefficient on the way there, two of each on the way back.
  var work: Work {
    .double(
      operations: points * (6 * coefficients + 3), read: points + coefficients,
      written: coefficients)
  }
}
