import Adjoint
import Foundation

/// Logarithms of sums of exponentials along the first axis of a matrix, a sum of a column each, summed.
struct FirstAxisLogSumExp: Formula {
  let rows: Int
  let columns: Int

  func operands() throws(Diagnostic) -> [Operand] {
    [try .source("x", RandomNumbers.uniform(rows * columns, "x", from: -5, to: 5), rows, columns)]
  }

  func value(of operands: [Value]) throws(Diagnostic) -> Value {
    logSumExp(operands[0], squeezingAxes: [0]).sum()
  }

  func reference(_ operands: [[Double]]) -> [Double] {
    let x = operands[0]
    var largest = [Double](repeating: -.infinity, count: columns)
    for index in x.indices { largest[index % columns] = max(largest[index % columns], x[index]) }
    var sums = [Double](repeating: 0, count: columns)
    for index in x.indices { sums[index % columns] += exp(x[index] - largest[index % columns]) }
    return [zip(largest, sums).reduce(0) { $0 + $1.0 + log($1.1) }]
  }

  /// An exponential, three operations on the way there, one on the way back.
  var work: Work {
    .single(operations: 24 * rows * columns, read: rows * columns, written: rows * columns)
  }
}
