import Adjoint
import Foundation

/// A long short-term memory whose weights are diagonal, unrolled over a sequence: ADBench's LSTM as GradBench
/// states it.
struct DiagonalLSTM: Formula {
  let layers: Int
  let width: Int
  let steps: Int

  func operands() throws(Diagnostic) -> [Operand] {
    [
      // For each layer the weights of forget, in, out and change, then their biases.
      try .source("main", RandomNumbers.doubles(layers * 8 * width, "main"), layers, 8, width),
      // What scales the input and the output, and what is added to it.
      try .source("extra", RandomNumbers.doubles(3 * width, "extra"), 3, width),
      // For each layer hidden values and cells.
      try .data("state", RandomNumbers.doubles(layers * 2 * width, "state"), layers, 2, width),
      try .data(
        "sequence", RandomNumbers.doubles(steps * width, "sequence", from: 0, to: 1), steps, width),
    ]
  }

  func value(of operands: [Value]) throws(Diagnostic) -> Value {
    let (main, extra, state, sequence) = (operands[0], operands[1], operands[2], operands[3])
    var hidden = (0..<layers).map { state[$0, 0] }
    var cells = (0..<layers).map { state[$0, 1] }
    var terms: [Value] = []
    for step in 0..<steps - 1 {
      var input = sequence[step] * extra[0]
      for layer in 0..<layers {
        func gate(_ index: Int, _ value: Value) -> Value {
          value * main[layer, index] + main[layer, 4 + index]
        }
        let change = tanh(gate(3, hidden[layer]))
        cells[layer] =
          cells[layer] * sigmoid(gate(0, input)) + sigmoid(gate(1, hidden[layer])) * change
        hidden[layer] = sigmoid(gate(2, input)) * tanh(cells[layer])
        input = hidden[layer]
      }
      let prediction = input * extra[1] + extra[2]
      // ADBench adds 2 within the logarithm.
      let scale = log(exp(prediction).sum() + 2)
      terms.append((sequence[step + 1] * (prediction - scale)).sum())
    }
    return terms.dropFirst().reduce(terms[0], +) * (-1 / Double((steps - 1) * width))
  }

  func reference(_ operands: [[Double]]) -> [Double] {
    let (main, extra, sequence) = (operands[0], operands[1], operands[3])
    var state = operands[2]
    func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
    var total = 0.0
    for step in 0..<steps - 1 {
      var predictions: [Double] = []
      for unit in 0..<width {
        var input = sequence[step * width + unit] * extra[unit]
        for layer in 0..<layers {
          let first = layer * 8 * width + unit
          let (hidden, cell) = (layer * 2 * width + unit, layer * 2 * width + width + unit)
          func gate(_ index: Int, _ value: Double) -> Double {
            value * main[first + index * width] + main[first + (4 + index) * width]
          }
          let before = state[hidden]
          state[cell] =
            state[cell] * sigmoid(gate(0, input))
            + sigmoid(gate(1, before)) * tanh(gate(3, before))
          state[hidden] = sigmoid(gate(2, input)) * tanh(state[cell])
          input = state[hidden]
        }
        predictions.append(input * extra[width + unit] + extra[2 * width + unit])
      }
      let scale = log(predictions.reduce(0) { $0 + exp($1) } + 2)
      for unit in 0..<width {
        total += sequence[(step + 1) * width + unit] * (predictions[unit] - scale)
      }
    }
    return [-total / Double((steps - 1) * width)]
  }

  /// Five functions of some 25 operations for each unit of a layer, and as much again back.
  var work: Work {
    .double(
      operations: (steps - 1) * width * (layers * 250 + 50),
      read: width * (layers * 10 + 3 + steps),
      written: width * (layers * 8 + 3))
  }
}
