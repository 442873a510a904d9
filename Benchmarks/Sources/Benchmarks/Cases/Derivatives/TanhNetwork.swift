import Adjoint
import Foundation

/// The mean square error of a network with one hidden layer of tanh, as a function of all its weights, which are one
/// vector as solvers want it.
struct TanhNetworkLoss: Formula {
  let inputs = 8
  let hidden = 20
  let outputs = 2
  let examples = 50

  private var first: Int { inputs * hidden }
  var weightCount: Int { hidden * (inputs + outputs) }

  func operands() throws(Diagnostic) -> [Operand] {
    [
      try .source("weights", RandomNumbers.doubles(weightCount, "weights"), weightCount),
      try .data("x", RandomNumbers.doubles(examples * inputs, "x"), examples, inputs),
      try .data("target", RandomNumbers.doubles(examples * outputs, "target"), examples, outputs),
    ]
  }

  func value(of operands: [Value]) throws(Diagnostic) -> Value {
    let (weights, x, target) = (operands[0], operands[1], operands[2])
    let first = weights[0..<first].reshaped(to: [inputs, hidden])
    let second = weights[self.first..<weightCount].reshaped(to: [hidden, outputs])
    return meanSquaredError(
      predictions: matmul(tanh(matmul(x, first)), second), targets: target)
  }

  func reference(_ operands: [[Double]]) -> [Double] {
    let (weights, x, target) = (operands[0], operands[1], operands[2])
    let units = PlainLoops.product(x, Array(weights[..<first]), inner: inputs).map { tanh($0) }
    let predictions = PlainLoops.product(units, Array(weights[first...]), inner: hidden)
    let sum = zip(predictions, target).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return [sum / Double(target.count)]
  }

  /// Both products there, one and two back, and a function of some 25 operations for each unit.
  var gradientWork: Work {
    .double(
      operations: examples * (2 * (2 * inputs + 3 * outputs) * hidden + 30 * hidden),
      read: weightCount + examples * (inputs + outputs), written: weightCount)
  }

  /// For each column the tangents of both products and of what goes back through the second to both weights, then
  /// half, since the Hessian is symmetric.
  var hessianWork: Work {
    .double(
      operations: weightCount * examples * (4 * weightCount + 10 * hidden) / 2,
      read: weightCount + examples * (inputs + outputs), written: weightCount * weightCount)
  }
}

/// A network with tanh between its layers, applied to one example.
struct TanhNetwork: Formula {
  let widths: [Int]

  private var layers: Range<Int> { 0..<widths.count - 1 }

  func operands() throws(Diagnostic) -> [Operand] {
    var operands = [try operand("x", [widths[0]], scale: 1, isSource: true)]
    for layer in layers {
      let scale = 1 / Double(widths[layer]).squareRoot()
      operands += [
        try operand("weight\(layer)", [widths[layer], widths[layer + 1]], scale: 2 * scale),
        try operand("bias\(layer)", [widths[layer + 1]], scale: scale),
      ]
    }
    return operands
  }

  private func operand(
    _ name: String, _ extents: [Int], scale: Double, isSource: Bool = false
  ) throws(Diagnostic) -> Operand {
    let numbers = RandomNumbers.doubles(extents.reduce(1, *), name, from: -scale, to: scale)
    return Operand(name: name, tensor: try Tensor(numbers, extents: extents), isSource: isSource)
  }

  func value(of operands: [Value]) throws(Diagnostic) -> Value {
    var values = operands[0]
    for layer in layers {
      values = matmul(values, operands[1 + 2 * layer]) + operands[2 + 2 * layer]
      if layer != layers.last { values = tanh(values) }
    }
    return values
  }

  func reference(_ operands: [[Double]]) -> [Double] {
    var values = operands[0]
    for layer in layers {
      values = PlainLoops.affine(values, operands[1 + 2 * layer], bias: operands[2 + 2 * layer])
      if layer != layers.last { values = values.map { tanh($0) } }
    }
    return values
  }

  /// The products of the local Jacobians by rows, which are diagonal but for the weights.
  var jacobianWork: Work {
    let weights = layers.reduce(0) { $0 + widths[$1] * widths[$1 + 1] }
    let last = widths[widths.count - 1]
    let passed = weights - widths[widths.count - 2] * last
    return .double(
      operations: 2 * (last * passed + weights), read: weights + widths[0],
      written: last * widths[0])
  }
}
