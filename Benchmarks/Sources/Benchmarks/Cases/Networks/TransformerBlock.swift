import Adjoint
import Foundation

/// A pre-norm block: `x + attention(norm(x))`, then `h + mlp(norm(h))`, causal, with the tanh form of
/// GELU; the loss is the mean square of the distance from a target.
struct TransformerBlock: Network {
  let batch: Int
  let length = 64
  let width = 128
  let heads = 4
  let hidden = 512
  let learningRate = 0.1
  private static let epsilon = 1e-5

  private var depth: Int { width / heads }
  private var shape: Shape { Shape(extents: [batch, length, width]) }

  func predictions(in builder: GraphBuilder) throws(Diagnostic) -> Value {
    let x = builder.input("x", .f32, shape)
    let h = try x + attention(norm(x, "attentionNorm", builder), builder)
    let up = try gelu(
      linear(
        norm(h, "mlpNorm", builder), weight: weight("up", width, hidden, builder),
        bias: bias("upBias", hidden, builder)), approximation: .tanh)
    return try h
      + linear(
        up, weight: weight("down", hidden, width, builder), bias: bias("downBias", width, builder))
  }

  func loss(of predictions: Value, in builder: GraphBuilder) throws(Diagnostic) -> Value {
    meanSquaredError(predictions: predictions, targets: builder.input("target", .f32, shape))
  }

  private func attention(_ x: Value, _ builder: GraphBuilder) throws(Diagnostic) -> Value {
    var parts: [Value] = []
    for name in ["query", "key", "value"] {
      let projected = try linear(x, weight: weight(name, width, width, builder))
      parts.append(
        projected.reshaped(to: Shape(extents: [batch, length, heads, depth]))
          .transposed(permutation: [0, 2, 1, 3]))
    }
    let scores =

      (dotGeneral(parts[0], parts[1], contracting: [(3, 3)], batch: [(0, 0), (1, 1)])
        / Double(depth).squareRoot())
    let grid = Shape(extents: [length, length])
    let isVisible = builder.iota(.i32, grid, axis: 0) .>= builder.iota(.i32, grid, axis: 1)
    let mixed = matmul(softmax(select(isVisible, scores, -1e9)), parts[2])
    return try linear(
      mixed.transposed(permutation: [0, 2, 1, 3]).reshaped(to: shape),
      weight: weight("output", width, width, builder), bias: bias("outputBias", width, builder))
  }

  private func norm(
    _ x: Value, _ name: String, _ builder: GraphBuilder
  ) throws(Diagnostic) -> Value {
    let extent = Shape(extents: [width])
    return try layerNorm(
      x, scale: builder.parameter("\(name)Scale", .f32, extent, .uniform(from: 0.8, to: 1.2)),
      offset: builder.parameter("\(name)Offset", .f32, extent, .uniform(from: -0.1, to: 0.1)),
      epsilon: Self.epsilon)
  }

  private func weight(
    _ name: String, _ rows: Int, _ columns: Int, _ builder: GraphBuilder
  ) throws(Diagnostic) -> Value {
    builder.parameter(name, .f32, Shape(extents: [rows, columns]), .glorot)
  }

  private func bias(
    _ name: String, _ count: Int, _ builder: GraphBuilder
  ) throws(Diagnostic) -> Value {
    try builder.parameter(name, .f32, Shape(extents: [count]), .uniform(from: -0.05, to: 0.05))
  }

  func inputs() throws(Diagnostic) -> [String: Tensor] {
    let count = batch * length * width
    var tensors: [String: Tensor] = [:]
    for name in ["x", "target"] {
      tensors[name] = try Tensor(
        RandomNumbers.uniform(count, name, from: -2, to: 2), extents: [batch, length, width])
    }
    return tensors
  }

  private var weights: Int { width * (4 * width + 2 * hidden) }
  private var products: Int {
    batch * length * weights + 2 * batch * heads * length * length * depth
  }

  var trainingWork: Work {
    Work(
      operations: 6 * Double(products),
      bytesRead: 4 * Double(weights + 2 * batch * length * width),
      bytesWritten: 4 * Double(weights))
  }

  var inferenceWork: Work {
    Work(
      operations: 2 * Double(products), bytesRead: 4 * Double(weights + batch * length * width),
      bytesWritten: 4 * Double(batch * length * width))
  }
}

// The same block in plain loops.
extension TransformerBlock {
  func referencePredictions(
    _ parameters: [String: [Double]], _ inputs: [String: Tensor]
  ) -> [Double] {
    func parameter(_ name: String) -> [Double] { parameters[name] ?? [] }
    let x = inputs["x"]?.doubles ?? []
    let normal = referenceNorm(
      x, parameter("attentionNormScale"), parameter("attentionNormOffset"))
    let mixed = referenceAttention(
      PlainLoops.product(normal, parameter("query"), inner: width),
      PlainLoops.product(normal, parameter("key"), inner: width),
      PlainLoops.product(normal, parameter("value"), inner: width))
    let attention = PlainLoops.affine(mixed, parameter("output"), bias: parameter("outputBias"))
    let h = zip(x, attention).map { $0 + $1 }
    let up = PlainLoops.affine(
      referenceNorm(h, parameter("mlpNormScale"), parameter("mlpNormOffset")), parameter("up"),
      bias: parameter("upBias"))
    let activated = up.map { x in
      0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    }
    let down = PlainLoops.affine(activated, parameter("down"), bias: parameter("downBias"))
    return zip(h, down).map { $0 + $1 }
  }

  func referenceLoss(of predictions: [Double], _ inputs: [String: Tensor]) -> Double {
    let targets = inputs["target"]?.doubles ?? []
    let sum = zip(predictions, targets).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return sum / Double(targets.count)
  }

  private func referenceNorm(
    _ x: [Double], _ scale: [Double], _ offset: [Double]
  ) -> [Double] {
    var result = x
    for first in stride(from: 0, to: x.count, by: width) {
      let row = x[first..<first + width]
      let mean = row.reduce(0, +) / Double(width)
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
      let inverse = 1 / (variance + Self.epsilon).squareRoot()
      for column in 0..<width {
        result[first + column] =
          (x[first + column] - mean) * inverse * scale[column]
          + offset[column]
      }
    }
    return result
  }

  /// Softmax over the positions up to each one, head by head.
  private func referenceAttention(
    _ query: [Double], _ key: [Double], _ value: [Double]
  ) -> [Double] {
    var result = [Double](repeating: 0, count: query.count)
    for (example, head) in (0..<batch).flatMap({ b in (0..<heads).map { (b, $0) } }) {
      func place(_ position: Int) -> Int { (example * length + position) * width + head * depth }
      for position in 0..<length {
        let from = place(position)
        var weights = (0...position).map { other in
          (0..<depth).reduce(0) { $0 + query[from + $1] * key[place(other) + $1] }
            / Double(depth).squareRoot()
        }
        let largest = weights.reduce(-.infinity, max)
        weights = weights.map { exp($0 - largest) }
        let total = weights.reduce(0, +)
        for (other, weight) in weights.enumerated() {
          for index in 0..<depth {
            result[from + index] += weight / total * value[place(other) + index]
          }
        }
      }
    }
    return result
  }
}
