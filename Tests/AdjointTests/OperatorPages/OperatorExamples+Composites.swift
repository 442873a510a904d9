// The Swift of the operator pages, written from them by OperatorPageTests.
import Adjoint

extension OperatorExamples {
  static let composites: [String: Example] = [
    "attention": { builder in
      let q = builder.input("q", .f64, [1, 2])
      let k = builder.input("k", .f64, [2, 2])
      let v = builder.input("v", .f64, [2, 2])
      builder.output("y", attention(queries: q, keys: k, values: v))
    },
    "call": { builder in
      let x = builder.input("x", .f64, [3])
      builder.output("y", (try? Function("bump", [x.type]) { exp(-($0[0] * $0[0])) })?(x) ?? x)
    },
    "cross_entropy": { builder in
      let x = builder.input("x", .f64, [2, 3])
      let labels = builder.input("labels", .i32, [2])
      builder.output("y", crossEntropy(logits: x, indices: labels))
    },
    "cross_entropy_probabilities": { builder in
      let x = builder.input("x", .f64, [2, 3])
      let q = builder.input("q", .f64, [2, 3])
      builder.output("y", crossEntropy(logits: x, probabilities: q))
    },
    "gelu": { builder in
      let x = builder.input("x", .f64, [3])
      builder.output("y", gelu(x))
    },
    "layer_norm": { builder in
      let x = builder.input("x", .f64, [2, 3])
      let scale = builder.input("scale", .f64, [3])
      let offset = builder.input("offset", .f64, [3])
      builder.output("y", layerNorm(x, scale: scale, offset: offset))
    },
    "leaky_relu": { builder in
      let x = builder.input("x", .f64, [3])
      builder.output("y", leakyRelu(x, slope: 0.25))
    },
    "linear": { builder in
      let x = builder.input("x", .f64, [1, 2])
      let w = builder.input("w", .f64, [2, 2])
      let b = builder.input("b", .f64, [2])
      builder.output("y", linear(x, weight: w, bias: b))
    },
    "log_softmax": { builder in
      let x = builder.input("x", .f64, [2, 3])
      builder.output("y", logSoftmax(x, axis: 1))
    },
    "log_sum_exp": { builder in
      let x = builder.input("x", .f64, [2, 3])
      builder.output("y", logSumExp(x, squeezingAxes: [1]))
    },
    "mean": { builder in
      let x = builder.input("x", .f64, [2, 3])
      builder.output("y", x.mean(squeezingAxes: 1))
    },
    "mean_squared_error": { builder in
      let p = builder.input("p", .f64, [2])
      let t = builder.input("t", .f64, [2])
      builder.output("y", meanSquaredError(predictions: p, targets: t))
    },
    "relu": { builder in
      let x = builder.input("x", .f64, [3])
      builder.output("y", relu(x))
    },
    "silu": { builder in
      let x = builder.input("x", .f64, [3])
      builder.output("y", silu(x))
    },
    "softmax": { builder in
      let x = builder.input("x", .f64, [2, 3])
      builder.output("y", softmax(x, axis: 1))
    },
    "variance": { builder in
      let x = builder.input("x", .f64, [2, 3])
      builder.output("y", x.variance(squeezingAxes: 1))
    },
    "all": { builder in
      let x = builder.input("x", .bool, [2, 3])
      builder.output("y", x.all(squeezingAxes: 1))
    },
    "any": { builder in
      let x = builder.input("x", .bool, [2, 3])
      builder.output("y", x.any(squeezingAxes: 1))
    },
    "argmax": { builder in
      let x = builder.input("x", .f64, [2, 3])
      builder.output("y", x.argmax(axis: 1))
    },
    "argmin": { builder in
      let x = builder.input("x", .f64, [2, 3])
      builder.output("y", x.argmin(axis: 1))
    },
    "matmul": { builder in
      let x = builder.input("x", .f64, [2, 2])
      let y = builder.input("y", .f64, [2])
      builder.output("z", matmul(x, y))
    },
  ]
}
