// The Swift of the operator pages, written from them by OperatorPageTests.
import Adjoint

extension OperatorExamples {
  static let tensors: [String: Example] = [
    "broadcast": { builder in
      let x = builder.input("x", .f64, [3])
      builder.output("y", x.broadcast(to: [2, 3], axes: [1]))
    },
    "concatenate": { builder in
      let x = builder.input("x", .f64, [2])
      let y = builder.input("y", .f64, [1])
      builder.output("z", concatenate([x, y], axis: 0))
    },
    "constant": { builder in
      builder.output("y", builder.constant(2.5, .f64))
    },
    "dot_general": { builder in
      let x = builder.input("x", .f64, [2, 3])
      let y = builder.input("y", .f64, [3, 2])
      builder.output("z", dotGeneral(x, y, contracting: [(1, 0)]))
    },
    "gather": { builder in
      let x = builder.input("x", .f64, [3])
      let at = builder.input("at", .i32, [3])
      builder.output("y", x.gathered(at: at, axis: 0))
    },
    "iota": { builder in
      builder.output("y", builder.iota(.f64, [2, 3], axis: 1))
    },
    "pad": { builder in
      let x = builder.input("x", .f64, [2])
      builder.output("y", x.padded(low: [1], high: [0], interior: [1], with: 9))
    },
    "reduce_max": { builder in
      let x = builder.input("x", .f64, [2, 3])
      builder.output("y", x.max(squeezingAxes: 1))
    },
    "reduce_min": { builder in
      let x = builder.input("x", .f64, [2, 3])
      builder.output("y", x.min(squeezingAxes: 1))
    },
    "reduce_product": { builder in
      let x = builder.input("x", .f64, [2, 3])
      builder.output("y", x.product(squeezingAxes: 1))
    },
    "reduce_sum": { builder in
      let x = builder.input("x", .f64, [2, 3])
      builder.output("y", x.sum(squeezingAxes: 1))
    },
    "reshape": { builder in
      let x = builder.input("x", .f64, [2, 3])
      builder.output("y", x.reshaped(to: [3, 2]))
    },
    "scatter_add": { builder in
      let x = builder.input("x", .f64, [3])
      let at = builder.input("at", .i32, [3])
      let u = builder.input("u", .f64, [3])
      builder.output("y", x.scatterAdding(u, at: at, axis: 0))
    },
    "slice": { builder in
      let x = builder.input("x", .f64, [5])
      builder.output("y", x.sliced(from: [1], to: [5], strides: [2]))
    },
    "transpose": { builder in
      let x = builder.input("x", .f64, [2, 3])
      builder.output("y", x.transposed(permutation: [1, 0]))
    },
  ]
}
