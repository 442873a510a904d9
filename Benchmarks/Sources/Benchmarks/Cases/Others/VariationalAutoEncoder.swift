import Adjoint
import Foundation

/// The negative evidence bound of a variational auto-encoder (Kingma and Welling, "Auto-encoding variational Bayes",
/// 2014), noise an input: cross-entropy of each pixel and the divergence of the latent distribution, a mean over the
/// batch.
struct VariationalAutoEncoder: Formula {
  let batch: Int
  let features: Int
  let hidden: Int
  let latent: Int

  private static let layers = ["encoder", "mean", "logarithm", "decoder", "pixels"]

  private func extents(of layer: Int) -> (inputs: Int, outputs: Int) {
    [(features, hidden), (hidden, latent), (hidden, latent), (latent, hidden), (hidden, features)][
      layer]
  }

  func operands() throws(Diagnostic) -> [Operand] {
    var operands = [
      try Operand.data(
        "x", RandomNumbers.uniform(batch * features, "x", from: 0, to: 1), batch, features),
      try .data(
        "noise", RandomNumbers.uniform(batch * latent, "noise", from: -2, to: 2), batch, latent),
    ]
    for (layer, name) in Self.layers.enumerated() {
      let (inputs, outputs) = extents(of: layer)
      let most = 1 / Double(inputs).squareRoot()
      let weights = RandomNumbers.uniform(inputs * outputs, name, from: -most, to: most)
      let biases = RandomNumbers.uniform(outputs, name + "Bias", from: -most, to: most)
      operands += [
        try .source(name, weights, inputs, outputs), try .source(name + "Bias", biases, outputs),
      ]
    }
    return operands
  }

  func value(of operands: [Value]) throws(Diagnostic) -> Value {
    let (x, noise) = (operands[0], operands[1])
    func layer(_ index: Int, _ values: Value) -> Value {
      linear(values, weight: operands[2 + 2 * index], bias: operands[3 + 2 * index])
    }
    let encoded = relu(layer(0, x))
    let (mean, logarithm) = (layer(1, encoded), layer(2, encoded))
    let code = mean + exp(0.5 * logarithm) * noise
    let scores = layer(4, relu(layer(3, code)))
    let entropy = (softplus(scores) - x * scores).sum()
    let divergence = -0.5 * (1 + logarithm - mean * mean - exp(logarithm)).sum()
    return (entropy + divergence) * (1 / Double(batch))
  }

  func reference(_ operands: [[Double]]) -> [Double] {
    let (x, noise) = (operands[0], operands[1])
    func layer(_ index: Int, _ values: [Double]) -> [Double] {
      PlainLoops.affine(values, operands[2 + 2 * index], bias: operands[3 + 2 * index])
    }
    let encoded = layer(0, x).map { max($0, 0) }
    let (means, logarithms) = (layer(1, encoded), layer(2, encoded))
    let code = noise.indices.map { means[$0] + exp(0.5 * logarithms[$0]) * noise[$0] }
    let scores = layer(4, layer(3, code).map { max($0, 0) })
    var sum = 0.0
    for (pixel, score) in zip(x, scores) {
      sum += max(score, 0) + log1p(exp(-score.magnitude)) - pixel * score
    }
    for (mean, logarithm) in zip(means, logarithms) {
      sum -= 0.5 * (1 + logarithm - mean * mean - exp(logarithm))
    }
    return [sum / Double(batch)]
  }

  /// Each product there and two back, but for the first, of which no gradient goes to the pixels; two functions for
  /// each pixel.
  var work: Work {
    let counts = Self.layers.indices.map { extents(of: $0).inputs * extents(of: $0).outputs }
    let weights = counts.reduce(0, +)
    return .single(
      operations: 2 * batch * (3 * weights - counts[0]) + 60 * batch * features,
      read: weights + batch * features, written: weights)
  }
}
