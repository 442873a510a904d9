import Adjoint
import Foundation

/// The loss of a fully connected network and its gradients, one example after another, in plain loops
/// that sum in f64.
struct PerceptronReference {
  /// A batch with one label for each example.
  struct Examples {
    var features: [Float] = []
    var labels: [Int] = []
  }

  let widths: [Int]
  /// For each layer a matrix, one row for each value that enters it.
  var weights: [[Double]] = []
  var biases: [[Double]] = []

  init(widths: [Int]) { self.widths = widths }

  private var layers: Range<Int> { 0..<widths.count - 1 }

  /// Random examples, the same on each call.
  ///
  /// An example that brings a hidden unit close to 0 is left out: there, rounding in f32 may put the
  /// unit on the other side of the rectifier, and the gradients would differ rightly.
  func examples(_ count: Int) throws(Diagnostic) -> Examples {
    let random = RandomStream("features")
    let labelRandom = RandomStream("labels")
    var examples = Examples()
    for candidate in 0..<count * 20 where examples.labels.count < count {
      let first = candidate * widths[0]
      let features = (first..<first + widths[0]).map { Float(random.uniform(at: UInt64($0))) }
      guard !hasDoubtfulUnit(activations(of: features[...])) else { continue }
      examples.features += features
      let classes = Double(widths[widths.count - 1])
      examples.labels.append(Int(classes * labelRandom.uniform(at: UInt64(candidate))))
    }
    guard examples.labels.count == count else {
      throw Diagnostic(
        .wrongResult,
        "only \(examples.labels.count) of \(count) examples keep all hidden units away from 0; give "
          + "the network other initial weights")
    }
    return examples
  }

  /// The mean cross-entropy of a batch, with its gradient for each weight and bias.
  func lossAndGradients(
    of examples: Examples
  ) -> (loss: Double, weights: [[Double]], biases: [[Double]]) {
    var loss = 0.0
    var weightSums = weights.map { [Double](repeating: 0, count: $0.count) }
    var biasSums = biases.map { [Double](repeating: 0, count: $0.count) }
    let count = Double(examples.labels.count)
    for (index, label) in examples.labels.enumerated() {
      let features = examples.features[index * widths[0]..<(index + 1) * widths[0]]
      let values = activations(of: features)
      let scores = values[layers.count]
      let largest = scores.reduce(-.infinity, max)
      let total = scores.reduce(0) { $0 + exp($1 - largest) }
      loss += (largest + log(total) - scores[label]) / count
      var cotangent = scores.map { exp($0 - largest) / total / count }
      cotangent[label] -= 1 / count
      for layer in layers.reversed() {
        let input = layer > 0 ? values[layer].map { max($0, 0) } : values[0]
        for column in cotangent.indices { biasSums[layer][column] += cotangent[column] }
        for row in input.indices where input[row] != 0 {
          PlainLoops.addScaled(
            cotangent, by: input[row], to: &weightSums[layer], from: row * cotangent.count)
        }
        guard layer > 0 else { break }
        cotangent = input.indices.map { row in
          input[row] > 0
            ? PlainLoops.dot(cotangent, weights[layer], from: row * cotangent.count) : 0
        }
      }
    }
    return (loss, weightSums, biasSums)
  }

  /// The features and, for each layer, what it gives before the rectifier.
  func activations(of features: ArraySlice<Float>) -> [[Double]] {
    var values = [features.map { Double($0) }]
    for layer in layers {
      var sums = biases[layer]
      for (row, value) in values[layer].enumerated() {
        let input = layer > 0 ? max(value, 0) : value
        if input != 0 { PlainLoops.addScaledRow(row, of: weights[layer], by: input, to: &sums) }
      }
      values.append(sums)
    }
    return values
  }

  private func hasDoubtfulUnit(_ activations: [[Double]]) -> Bool {
    activations[1..<layers.count].contains { layer in
      let meanSquare = layer.reduce(0) { $0 + $1 * $1 } / Double(layer.count)
      let least = 1e-4 * meanSquare.squareRoot()
      return layer.contains { $0.magnitude <= least }
    }
  }
}
