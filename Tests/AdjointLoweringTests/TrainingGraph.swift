import AdjointAutodiff
import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses

/// Whole training steps: loss, gradients and updates, as they are compiled.
enum TrainingGraph {
  /// A classifier with ReLU layers of the given sizes, trained by gradient descent.
  static func classifier(batch: Int, sizes: [Int], momentum: Bool = false) throws -> Graph {
    let builder = GraphBuilder("classifier")
    var x = builder.input("x", .f32, [batch, sizes[0]])
    let labels = builder.input("labels", .i32, [batch])
    var parameters: [Value] = []
    for (layer, (rows, columns)) in zip(sizes, sizes.dropFirst()).enumerated() {
      let w = builder.parameter("w\(layer)", .f32, [rows, columns], .he)
      let b = builder.parameter("b\(layer)", .f32, [columns])
      parameters += [w, b]
      x = matmul(x, w) + b
      if layer < sizes.count - 2 { x = relu(x) }
    }
    let loss = crossEntropy(logits: x, indices: labels)
    builder.output("loss", loss)
    let slopes = gradients(of: loss, withRespectTo: parameters)
    for (number, (parameter, slope)) in zip(parameters, slopes).enumerated() {
      guard momentum else {
        builder.update(parameter, to: parameter - 0.1 * slope)
        continue
      }
      let velocity = builder.parameter("v\(number)", .f32, parameter.shape)
      let next = 0.9 * velocity + slope
      builder.update(velocity, to: next)
      builder.update(parameter, to: parameter - 0.1 * next)
    }
    return try Pipeline.compilation(builder.build())
  }
}
