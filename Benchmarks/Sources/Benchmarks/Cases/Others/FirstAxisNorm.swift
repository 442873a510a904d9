import Adjoint

/// The mean square error of a matrix normalised along its first axis, with a scale and an offset for each column, as
/// batches of examples are normalised.
struct FirstAxisNorm: Formula {
  let rows: Int
  let columns: Int

  private static let epsilon = 1e-5

  func operands() throws(Diagnostic) -> [Operand] {
    [
      try .source("x", RandomNumbers.uniform(rows * columns, "x", from: -1, to: 2), rows, columns),
      try .source("scale", RandomNumbers.uniform(columns, "scale", from: 0.5, to: 1.5), columns),
      try .source("offset", RandomNumbers.uniform(columns, "offset"), columns),
      try .data("target", RandomNumbers.uniform(rows * columns, "target"), rows, columns),
    ]
  }

  func value(of operands: [Value]) throws(Diagnostic) -> Value {
    let (x, scale, offset, target) = (operands[0], operands[1], operands[2], operands[3])
    let centred = x - x.mean(alongAxes: [0])
    let variance = (centred * centred).mean(alongAxes: [0])
    let normal = centred / sqrt(variance + Self.epsilon)
    return meanSquaredError(predictions: normal * scale + offset, targets: target)
  }

  func reference(_ operands: [[Double]]) -> [Double] {
    let (x, scale, offset, target) = (operands[0], operands[1], operands[2], operands[3])
    var means = [Double](repeating: 0, count: columns)
    for index in x.indices { means[index % columns] += x[index] / Double(rows) }
    var variances = [Double](repeating: 0, count: columns)
    for index in x.indices {
      let distance = x[index] - means[index % columns]
      variances[index % columns] += distance * distance / Double(rows)
    }
    var sum = 0.0
    for index in x.indices {
      let column = index % columns
      let normal = (x[index] - means[column]) / (variances[column] + Self.epsilon).squareRoot()
      let error = normal * scale[column] + offset[column] - target[index]
      sum += error * error
    }
    return [sum / Double(x.count)]
  }

  /// Two sums for the moments, the result and its error, two sums for the gradient and what it is of both.
  var work: Work {
    .single(
      operations: 20 * rows * columns, read: 2 * rows * columns, written: rows * columns)
  }
}
