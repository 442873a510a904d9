import Adjoint
import Foundation

/// A long short-term memory (Hochreiter and Schmidhuber, 1997, with forget gates) unrolled over a sequence; the mean
/// square error of its last hidden values.
struct DenseLSTM: Formula {
  let batch: Int
  let inputs: Int
  let width: Int
  let steps: Int

  func operands() throws(Diagnostic) -> [Operand] {
    func numbers(_ count: Int, _ name: String, scale: Int) -> [Float] {
      let most = 1 / Double(scale).squareRoot()
      return RandomNumbers.uniform(count, name, from: -most, to: most)
    }
    return [
      // For in, forget, change and out, next to each other.
      try .source(
        "input", numbers(inputs * 4 * width, "input", scale: inputs), inputs, 4 * width),
      try .source(
        "recurrent", numbers(width * 4 * width, "recurrent", scale: width), width, 4 * width),
      try .source("bias", numbers(4 * width, "bias", scale: width), 4 * width),
      try .data("hidden", numbers(batch * width, "hidden", scale: 1), batch, width),
      try .data("cell", numbers(batch * width, "cell", scale: 1), batch, width),
      try .data(
        "sequence", numbers(steps * batch * inputs, "sequence", scale: 1), steps, batch, inputs),
      try .data("target", numbers(batch * width, "target", scale: 1), batch, width),
    ]
  }

  func value(of operands: [Value]) throws(Diagnostic) -> Value {
    let (input, recurrent, bias) = (operands[0], operands[1], operands[2])
    var (hidden, cell) = (operands[3], operands[4])
    let (sequence, target) = (operands[5], operands[6])
    for step in 0..<steps {
      let gates = linear(sequence[step], weight: input, bias: bias) + matmul(hidden, recurrent)
      func gate(_ index: Int) -> Value { gates[.all, index * width..<(index + 1) * width] }
      cell = sigmoid(gate(1)) * cell + sigmoid(gate(0)) * tanh(gate(2))
      hidden = sigmoid(gate(3)) * tanh(cell)
    }
    return meanSquaredError(predictions: hidden, targets: target)
  }

  func reference(_ operands: [[Double]]) -> [Double] {
    let (input, recurrent, bias) = (operands[0], operands[1], operands[2])
    var (hidden, cell) = (operands[3], operands[4])
    let (sequence, target) = (operands[5], operands[6])
    func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
    for step in 0..<steps {
      let features = sequence[step * batch * inputs..<(step + 1) * batch * inputs]
      let gates = zip(
        PlainLoops.affine(Array(features), input, bias: bias),
        PlainLoops.product(hidden, recurrent, inner: width)
      ).map { $0 + $1 }
      for place in cell.indices {
        let first = place / width * 4 * width + place % width
        cell[place] =
          sigmoid(gates[first + width]) * cell[place]
          + sigmoid(gates[first]) * tanh(gates[first + 2 * width])
        hidden[place] = sigmoid(gates[first + 3 * width]) * tanh(cell[place])
      }
    }
    let sum = zip(hidden, target).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return [sum / Double(target.count)]
  }

  /// For each step two products there, and back one to the hidden values and two to the weights; five functions of
  /// some 25 operations, and as many operations back.
  var work: Work {
    let products = 2 * batch * 4 * width * (2 * inputs + 3 * width)
    return .single(
      operations: steps * (products + batch * width * 150),
      read: (inputs + width + 1) * 4 * width + steps * batch * inputs,
      written: (inputs + width + 1) * 4 * width)
  }
}
