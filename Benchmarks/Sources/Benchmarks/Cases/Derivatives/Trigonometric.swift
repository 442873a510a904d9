import Adjoint
import Foundation

/// The sum of squares of `n − Σⱼ cos xⱼ + i·(1 − cos xᵢ) − sin xᵢ`, whose Hessian is dense.
///
/// Moré, Garbow and Hillstrom, "Testing Unconstrained Optimization Software", ACM TOMS 7 (1981), problem 26.
struct Trigonometric: Formula {
  let count: Int

  func operands() throws(Diagnostic) -> [Operand] {
    [try .source("x", RandomNumbers.doubles(count, "trigonometric"), count)]
  }

  func value(of operands: [Value]) throws(Diagnostic) -> Value {
    let x = operands[0]
    let number = x.builder.iota(.f64, Shape(extents: [count])) + 1
    let residual = Double(count) - cos(x).sum() + number * (1 - cos(x)) - sin(x)
    return (residual * residual).sum()
  }

  func reference(_ operands: [[Double]]) -> [Double] {
    let x = operands[0]
    let total = x.reduce(0) { $0 + cos($1) }
    var sum = 0.0
    for (index, x) in x.enumerated() {
      let residual = Double(count) - total + Double(index + 1) * (1 - cos(x)) - sin(x)
      sum += residual * residual
    }
    return [sum]
  }

  /// For each column the tangents of n residuals, of their sum, and of the gradient.
  var hessianWork: Work {
    .double(operations: 10 * count * count + 40 * count, read: count, written: count * count)
  }
}
