// The Swift of the operator pages, written from them by OperatorPageTests.
import Adjoint

extension OperatorExamples {
  static let elementwise: [String: Example] = [
    "abs": { builder in
      let x = builder.input("x", .f64, [3])
      builder.output("y", abs(x))
    },
    "add": { builder in
      let x = builder.input("x", .f64, [2])
      let y = builder.input("y", .f64, [2])
      builder.output("z", x + y)
    },
    "and": { builder in
      let x = builder.input("x", .bool, [3])
      let y = builder.input("y", .bool, [3])
      builder.output("z", x .& y)
    },
    "cast": { builder in
      let x = builder.input("x", .f64, [3])
      builder.output("y", x.cast(to: .f32))
    },
    "ceil": { builder in
      let x = builder.input("x", .f64, [3])
      builder.output("y", ceil(x))
    },
    "cos": { builder in
      let x = builder.input("x", .f64, [3])
      builder.output("y", cos(x))
    },
    "divide": { builder in
      let x = builder.input("x", .f64, [2])
      let y = builder.input("y", .f64, [2])
      builder.output("z", x / y)
    },
    "equal": { builder in
      let x = builder.input("x", .f64, [3])
      let y = builder.input("y", .f64, [3])
      builder.output("z", x .== y)
    },
    "erf": { builder in
      let x = builder.input("x", .f64, [3])
      builder.output("y", erf(x))
    },
    "exp": { builder in
      let x = builder.input("x", .f64, [3])
      builder.output("y", exp(x))
    },
    "expm1": { builder in
      let x = builder.input("x", .f64, [3])
      builder.output("y", expm1(x))
    },
    "floor": { builder in
      let x = builder.input("x", .f64, [3])
      builder.output("y", floor(x))
    },
    "greater": { builder in
      let x = builder.input("x", .f64, [3])
      let y = builder.input("y", .f64, [3])
      builder.output("z", x .> y)
    },
    "greater_or_equal": { builder in
      let x = builder.input("x", .f64, [3])
      let y = builder.input("y", .f64, [3])
      builder.output("z", x .>= y)
    },
    "less": { builder in
      let x = builder.input("x", .f64, [3])
      let y = builder.input("y", .f64, [3])
      builder.output("z", x .< y)
    },
    "less_or_equal": { builder in
      let x = builder.input("x", .f64, [3])
      let y = builder.input("y", .f64, [3])
      builder.output("z", x .<= y)
    },
    "log": { builder in
      let x = builder.input("x", .f64, [3])
      builder.output("y", log(x))
    },
    "log1p": { builder in
      let x = builder.input("x", .f64, [3])
      builder.output("y", log1p(x))
    },
    "maximum": { builder in
      let x = builder.input("x", .f64, [3])
      let y = builder.input("y", .f64, [3])
      builder.output("z", max(x, y))
    },
    "minimum": { builder in
      let x = builder.input("x", .f64, [3])
      let y = builder.input("y", .f64, [3])
      builder.output("z", min(x, y))
    },
    "multiply": { builder in
      let x = builder.input("x", .f64, [2])
      let y = builder.input("y", .f64, [2])
      builder.output("z", x * y)
    },
    "negate": { builder in
      let x = builder.input("x", .f64, [3])
      builder.output("y", -x)
    },
    "not": { builder in
      let x = builder.input("x", .bool, [2])
      builder.output("y", .!x)
    },
    "not_equal": { builder in
      let x = builder.input("x", .f64, [3])
      let y = builder.input("y", .f64, [3])
      builder.output("z", x .!= y)
    },
    "or": { builder in
      let x = builder.input("x", .bool, [3])
      let y = builder.input("y", .bool, [3])
      builder.output("z", x .| y)
    },
    "power": { builder in
      let x = builder.input("x", .f64, [3])
      let y = builder.input("y", .f64, [3])
      builder.output("z", pow(x, y))
    },
    "reciprocal": { builder in
      let x = builder.input("x", .f64, [3])
      builder.output("y", reciprocal(x))
    },
    "round": { builder in
      let x = builder.input("x", .f64, [3])
      builder.output("y", round(x))
    },
    "rsqrt": { builder in
      let x = builder.input("x", .f64, [3])
      builder.output("y", rsqrt(x))
    },
    "select": { builder in
      let c = builder.input("c", .bool, [2])
      let x = builder.input("x", .f64, [2])
      let y = builder.input("y", .f64, [2])
      builder.output("z", select(c, x, y))
    },
    "sigmoid": { builder in
      let x = builder.input("x", .f64, [3])
      builder.output("y", sigmoid(x))
    },
    "sign": { builder in
      let x = builder.input("x", .f64, [3])
      builder.output("y", sign(x))
    },
    "sin": { builder in
      let x = builder.input("x", .f64, [3])
      builder.output("y", sin(x))
    },
    "softplus": { builder in
      let x = builder.input("x", .f64, [3])
      builder.output("y", softplus(x))
    },
    "sqrt": { builder in
      let x = builder.input("x", .f64, [3])
      builder.output("y", sqrt(x))
    },
    "stop_gradient": { builder in
      let x = builder.input("x", .f64, [2])
      builder.output("y", stopGradient(x))
    },
    "subtract": { builder in
      let x = builder.input("x", .f64, [2])
      let y = builder.input("y", .f64, [2])
      builder.output("z", x - y)
    },
    "tan": { builder in
      let x = builder.input("x", .f64, [3])
      builder.output("y", tan(x))
    },
    "tanh": { builder in
      let x = builder.input("x", .f64, [3])
      builder.output("y", tanh(x))
    },
  ]
}
