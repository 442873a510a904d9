import Adjoint

/// The last element of the solution of `y₀′ = x₀, yᵢ′ = xᵢ·yᵢ₋₁` at time 2 by Runge and Kutta's method of fourth
/// order, unrolled: GradBench's ode, from cmpad.
struct PowerODE: Formula {
  let count: Int
  let steps: Int

  private static let end = 2.0
  private var step: Double { Self.end / Double(steps) }

  func operands() throws(Diagnostic) -> [Operand] {
    [try .source("x", RandomNumbers.doubles(count, "ode", from: 0.5, to: 1.5), count)]
  }

  func value(of operands: [Value]) throws(Diagnostic) -> Value {
    let x = operands[0]
    func slope(_ y: Value) -> Value {
      concatenate([x[0..<1], x[1..<count] * y[0..<count - 1]], axis: 0)
    }
    var y = 0 * x
    for _ in 0..<steps {
      let first = slope(y)
      let second = slope(y + step / 2 * first)
      let third = slope(y + step / 2 * second)
      let fourth = slope(y + step * third)
      y = y + step / 6 * (first + 2 * second + 2 * third + fourth)
    }
    return y[count - 1]
  }

  func reference(_ operands: [[Double]]) -> [Double] {
    let x = operands[0]
    func slope(_ y: [Double]) -> [Double] { x.indices.map { $0 == 0 ? x[0] : x[$0] * y[$0 - 1] } }
    func moved(_ y: [Double], _ by: [Double], _ scale: Double) -> [Double] {
      zip(y, by).map { $0 + scale * $1 }
    }
    var y = [Double](repeating: 0, count: count)
    for _ in 0..<steps {
      let slopes = [slope(y)]
        .flatMap { first -> [[Double]] in
          let second = slope(moved(y, first, step / 2))
          let third = slope(moved(y, second, step / 2))
          return [first, second, third, slope(moved(y, third, step))]
        }
      for (scale, slope) in zip([1.0, 2, 2, 1], slopes) { y = moved(y, slope, scale * step / 6) }
    }
    return [y[count - 1]]
  }

  /// Four slopes and their sums, and as much again back.
  var work: Work {
    .double(operations: steps * count * 45, read: count, written: count)
  }
}
