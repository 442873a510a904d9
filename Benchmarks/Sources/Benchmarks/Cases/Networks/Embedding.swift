import Adjoint

/// Rows of a table, then one layer to as many classes as the table has rows.
struct Embedding: Network {
  let batch: Int
  let words = 10_000
  let width = 64
  let learningRate = 0.1

  func predictions(in builder: GraphBuilder) throws(Diagnostic) -> Value {
    let indices = builder.input("indices", .i32, Shape(extents: [batch]))
    let table = try builder.parameter(
      "table", .f32, Shape(extents: [words, width]), .uniform(from: -1, to: 1))
    let weight = builder.parameter("weight", .f32, Shape(extents: [width, words]), .glorot)
    let bias = try builder.parameter(
      "bias", .f32, Shape(extents: [words]), .uniform(from: -0.05, to: 0.05))
    return linear(table.gathered(at: indices), weight: weight, bias: bias)
  }

  func loss(of predictions: Value, in builder: GraphBuilder) throws(Diagnostic) -> Value {
    try ClassLoss.loss(of: predictions, in: builder)
  }

  func inputs() throws(Diagnostic) -> [String: Tensor] {
    [
      "indices": try Tensor(RandomNumbers.integers(batch, "indices", below: words)),
      "labels": try Tensor(RandomNumbers.integers(batch, "labels", below: words)),
    ]
  }

  func referencePredictions(
    _ parameters: [String: [Double]], _ inputs: [String: Tensor]
  ) -> [Double] {
    let table = parameters["table"] ?? []
    let rows = (inputs["indices"]?.doubles ?? []).flatMap { index in
      table[Int(index) * width..<(Int(index) + 1) * width]
    }
    return PlainLoops.affine(rows, parameters["weight"] ?? [], bias: parameters["bias"] ?? [])
  }

  func referenceLoss(of predictions: [Double], _ inputs: [String: Tensor]) -> Double {
    ClassLoss.reference(of: predictions, inputs)
  }

  /// Three products; the layer in and out, and the rows of the table that are used.
  var trainingWork: Work {
    let layer = Double(width * words)
    let rows = Double(batch * width)
    return Work(
      operations: 6 * Double(batch) * layer, bytesRead: 4 * (layer + rows),
      bytesWritten: 4 * (layer + rows))
  }

  var inferenceWork: Work {
    let layer = Double(width * words)
    return Work(
      operations: 2 * Double(batch) * layer, bytesRead: 4 * layer,
      bytesWritten: 4 * Double(batch * words))
  }
}
