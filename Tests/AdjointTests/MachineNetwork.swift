import Adjoint
import AdjointTraining

/// Networks and functions of the kinds that the benchmarks have, small enough for interpreters: derivatives and
/// training steps.
enum MachineNetwork: String, CaseIterable, Sendable {
  case perceptron, towers, transformerBlock, elementwiseChain, lstm, ode, leastSquares

  func graph() throws -> Graph {
    let builder = GraphBuilder(rawValue)
    switch self {
    case .perceptron:
      var h = builder.input("x", .f32, [16, 24])
      for (layer, (rows, width)) in zip([24, 32, 32], [32, 32, 10]).enumerated() {
        let w = builder.parameter("w\(layer)", .f32, [rows, width], .he)
        h = linear(h, weight: w, bias: builder.parameter("b\(layer)", .f32, [width]))
        if layer < 2 { h = relu(h) }
      }
      builder.output(
        "loss", crossEntropy(logits: h, indices: builder.input("labels", .i32, [16])))
    case .towers:
      // Steps that cores can do at the same time.
      let x = builder.input("x", .f32, [32, 32])
      var losses: [Value] = []
      for tower in 0..<4 {
        var h = x
        for layer in 0..<2 {
          h = tanh(matmul(h, builder.parameter("w\(tower)_\(layer)", .f32, [32, 32], .glorot)))
        }
        losses.append((h * h).mean())
      }
      builder.output("loss", losses.dropFirst().reduce(losses[0], +))
    case .transformerBlock: builder.output("loss", Self.transformerBlock(builder))
    case .elementwiseChain:
      let x = builder.input("x", .f32, [4_000])
      var y = x
      for _ in 0..<8 { y = tanh(1.1 * y + sin(x)) * x }
      builder.output("loss", (y * y).sum())
    case .lstm: builder.output("loss", Self.lstm(builder))
    case .ode: builder.output("loss", Self.ode(builder.input("x", .f64, [50])))
    case .leastSquares:
      let (x, t) = (builder.input("x", .f64, [16]), builder.input("t", .f64, [1_000]))
      var polynomial = x[15] + 0 * t
      for index in (0..<15).reversed() { polynomial = polynomial * t + x[index] }
      let residual = sign(t) - polynomial
      builder.output("loss", 0.5 * (residual * residual).sum())
    }
    let graph = try builder.build()
    guard graph.parameters.isEmpty else {
      return try graph.trainingStep(minimizing: "loss", with: .sgd(learningRate: 0.05))
    }
    return try graph.differentiated("loss", withRespectTo: ["x"])
  }

  /// One block with two heads, causal.
  private static func transformerBlock(_ builder: GraphBuilder) -> Value {
    let (length, width) = (12, 16)
    func weight(_ name: String, _ rows: Int, _ columns: Int) -> Value {
      builder.parameter(name, .f32, [rows, columns], .glorot)
    }
    func norm(_ x: Value, _ name: String) -> Value {
      layerNorm(
        x, scale: builder.parameter("\(name)Scale", .f32, [width], .constant(1)),
        offset: builder.parameter("\(name)Offset", .f32, [width]))
    }
    let x = builder.input("x", .f32, [2, length, width])
    let normal = norm(x, "attentionNorm")
    let heads = ["query", "key", "value"].map { name in
      matmul(normal, weight(name, width, width)).reshaped(to: [2, length, 2, width / 2])
        .transposed(permutation: [0, 2, 1, 3])
    }
    let rows = builder.iota(.i32, [length, length], axis: 0)
    let mixed = attention(
      queries: heads[0], keys: heads[1], values: heads[2],
      mask: rows .>= builder.iota(.i32, [length, length], axis: 1))
    let h =
      x
      + matmul(
        mixed.transposed(permutation: [0, 2, 1, 3]).reshaped(to: [2, length, width]),
        weight("output", width, width))
    let up = gelu(matmul(norm(h, "mlpNorm"), weight("up", width, 32)), approximation: .tanh)
    let difference = h + matmul(up, weight("down", 32, width)) - builder.input("t", .f32, x.shape)
    return (difference * difference).mean()
  }

  /// Eight steps, gates in one product.
  private static func lstm(_ builder: GraphBuilder) -> Value {
    let (batch, width) = (4, 12)
    let x = builder.input("x", .f32, [8, batch, width])
    let w = builder.parameter("w", .f32, [2 * width, 4 * width], .glorot)
    let b = builder.parameter("b", .f32, [4 * width])
    var hidden = builder.full(0, TensorType(.f32, [batch, width]))
    var cell = hidden
    var loss = builder.full(0, TensorType(.f32, []))
    for step in 0..<8 {
      let gates = linear(concatenate([x[step], hidden], axis: 1), weight: w, bias: b)
      func gate(_ number: Int) -> Value { gates[0..., number * width..<(number + 1) * width] }
      cell = sigmoid(gate(0)) * cell + sigmoid(gate(1)) * tanh(gate(2))
      hidden = sigmoid(gate(3)) * tanh(cell)
      loss = loss + (hidden * hidden).mean()
    }
    return loss
  }

  /// Ten steps of Runge and Kutta's method for `y₀′ = x₀, yᵢ′ = xᵢ·yᵢ₋₁`.
  private static func ode(_ x: Value) -> Value {
    func slope(_ y: Value) -> Value {
      concatenate([x[0..<1], x[1..<50] * y[0..<49]], axis: 0)
    }
    var y = 0 * x
    for _ in 0..<10 {
      let first = slope(y)
      let second = slope(y + 0.1 * first)
      let third = slope(y + 0.1 * second)
      y = y + 0.2 / 6 * (first + 2 * second + 2 * third + slope(y + 0.2 * third))
    }
    return y[49]
  }
}
