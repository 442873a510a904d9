import Adjoint
import Foundation

/// One weight for each of 100 features; the loss is the mean cross-entropy of two classes.
struct LogisticRegression: Network {
  let batch: Int
  let features = 100
  let learningRate = 0.1

  func predictions(in builder: GraphBuilder) throws(Diagnostic) -> Value {
    let examples = builder.input("features", .f32, Shape(extents: [batch, features]))
    let weight = try builder.parameter(
      "weight", .f32, Shape(extents: [features]), .uniform(from: -0.2, to: 0.2))
    let bias = builder.parameter("bias", .f32, .scalar, .constant(0.1))
    return matmul(examples, weight) + bias
  }

  func loss(of predictions: Value, in builder: GraphBuilder) throws(Diagnostic) -> Value {
    let labels = builder.input("labels", .f32, Shape(extents: [batch]))
    return (softplus(predictions) - labels * predictions).mean()
  }

  func inputs() throws(Diagnostic) -> [String: Tensor] {
    let numbers = RandomNumbers.uniform(batch * features, "features")
    let labels = RandomNumbers.integers(batch, "labels", below: 2).map { Float($0) }
    return [
      "features": try Tensor(numbers, extents: [batch, features]), "labels": try Tensor(labels),
    ]
  }

  func referencePredictions(
    _ parameters: [String: [Double]], _ inputs: [String: Tensor]
  ) -> [Double] {
    let examples = inputs["features"]?.doubles ?? []
    let scores = PlainLoops.product(examples, parameters["weight"] ?? [], inner: features)
    return scores.map { $0 + (parameters["bias"]?[0] ?? 0) }
  }

  func referenceLoss(of predictions: [Double], _ inputs: [String: Tensor]) -> Double {
    let labels = inputs["labels"]?.doubles ?? []
    let sum = zip(predictions, labels).reduce(0) { sum, pair in
      let (score, label) = pair
      return sum + max(score, 0) + log1p(exp(-score.magnitude)) - label * score
    }
    return sum / Double(labels.count)
  }

  /// Every example once, for a row's share of the gradient needs only its own score.
  var trainingWork: Work {
    let elements = Double(batch * features)
    return Work(operations: 4 * elements, bytesRead: 4 * elements, bytesWritten: 0)
  }

  var inferenceWork: Work {
    let elements = Double(batch * features)
    return Work(operations: 2 * elements, bytesRead: 4 * elements, bytesWritten: 0)
  }
}
