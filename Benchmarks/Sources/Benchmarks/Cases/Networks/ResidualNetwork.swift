import Adjoint

/// Layers `h + relu(h·W + b)`, then one to ten classes.
struct ResidualNetwork: Network {
  let batch: Int
  let width = 128
  let layers = 20
  let classes = 10
  let learningRate = 0.1

  func predictions(in builder: GraphBuilder) throws(Diagnostic) -> Value {
    var values = builder.input("features", .f32, Shape(extents: [batch, width]))
    for layer in 0..<layers {
      let weight = try builder.parameter(
        "weight\(layer)", .f32, Shape(extents: [width, width]), .uniform(from: -0.05, to: 0.05))
      let bias = try builder.parameter(
        "bias\(layer)", .f32, Shape(extents: [width]), .uniform(from: -0.05, to: 0.05))
      values = values + relu(linear(values, weight: weight, bias: bias))
    }
    let weight = builder.parameter("weight", .f32, Shape(extents: [width, classes]), .glorot)
    let bias = builder.parameter("bias", .f32, Shape(extents: [classes]))
    return linear(values, weight: weight, bias: bias)
  }

  func loss(of predictions: Value, in builder: GraphBuilder) throws(Diagnostic) -> Value {
    try ClassLoss.loss(of: predictions, in: builder)
  }

  func inputs() throws(Diagnostic) -> [String: Tensor] {
    let numbers = RandomNumbers.uniform(batch * width, "features")
    return [
      "features": try Tensor(numbers, extents: [batch, width]),
      "labels": try Tensor(RandomNumbers.integers(batch, "labels", below: classes)),
    ]
  }

  func referencePredictions(
    _ parameters: [String: [Double]], _ inputs: [String: Tensor]
  ) -> [Double] {
    var values = inputs["features"]?.doubles ?? []
    for layer in 0..<layers {
      let branch = PlainLoops.affine(
        values, parameters["weight\(layer)"] ?? [], bias: parameters["bias\(layer)"] ?? [])
      for index in values.indices { values[index] += max(branch[index], 0) }
    }
    return PlainLoops.affine(values, parameters["weight"] ?? [], bias: parameters["bias"] ?? [])
  }

  func referenceLoss(of predictions: [Double], _ inputs: [String: Tensor]) -> Double {
    ClassLoss.reference(of: predictions, inputs)
  }

  private var weights: Int { layers * width * width + width * classes }

  var trainingWork: Work {
    Work(
      operations: 2 * Double(batch * (3 * weights - width * width)),
      bytesRead: 4 * Double(weights + batch * width), bytesWritten: 4 * Double(weights))
  }

  var inferenceWork: Work {
    Work(
      operations: 2 * Double(batch * weights), bytesRead: 4 * Double(weights), bytesWritten: 0)
  }
}
