import Adjoint

/// The chained function of Rosenbrock, on which optimisers of many variables are tried:
/// `Σ 100·(xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)²`.
struct ChainedRosenbrock: Formula {
  let count: Int

  func operands() throws(Diagnostic) -> [Operand] {
    [try .source("x", RandomNumbers.doubles(count, "rosenbrock", from: -2, to: 2), count)]
  }

  func value(of operands: [Value]) throws(Diagnostic) -> Value {
    let (first, next) = (operands[0][0..<count - 1], operands[0][1..<count])
    let valley = next - first * first
    let way = 1 - first
    return (100 * (valley * valley) + way * way).sum()
  }

  func reference(_ operands: [[Double]]) -> [Double] {
    let x = operands[0]
    var sum = 0.0
    for index in 0..<count - 1 {
      let valley = x[index + 1] - x[index] * x[index]
      sum += 100 * valley * valley + (1 - x[index]) * (1 - x[index])
    }
    return [sum]
  }

  /// Seven operations for each term and its sum, eight for the gradient.
  var work: Work { .double(operations: 15 * count, read: count, written: count) }
}
