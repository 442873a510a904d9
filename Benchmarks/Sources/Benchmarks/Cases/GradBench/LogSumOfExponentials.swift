import Adjoint
import Foundation

/// The logarithm of a sum of exponentials out of its primitive parts, the largest element taken out first:
/// GradBench's lse.
struct LogSumOfExponentials: Formula {
  let count: Int

  func operands() throws(Diagnostic) -> [Operand] {
    [try .source("x", RandomNumbers.doubles(count, "lse", from: -5, to: 5), count)]
  }

  func value(of operands: [Value]) throws(Diagnostic) -> Value {
    let largest = operands[0].max()
    return log(exp(operands[0] - largest).sum()) + largest
  }

  func reference(_ operands: [[Double]]) -> [Double] {
    let largest = operands[0].reduce(-.infinity, max)
    return [largest + log(operands[0].reduce(0) { $0 + exp($1 - largest) })]
  }

  /// An exponential, three operations on the way there, one on the way back.
  var work: Work { .double(operations: 24 * count, read: count, written: count) }
}
