import Adjoint
import Foundation

extension Case {
  /// A graph so small that its time is what it costs to start a step.
  static let scalar = Case(
    name: "scalar", summary: "x1·x2 + exp(x1·x2) − sin(x2): value and gradient"
  ) { () throws(Diagnostic) in
    let builder = GraphBuilder("scalar")
    let x1 = try builder.input("x1", .f32, .scalar)
    let x2 = try builder.input("x2", .f32, .scalar)
    let product = try x1 * x2
    let y = try product + exp(product) - sin(x2)
    try builder.output("y", y)
    let slopes = try gradients(of: y, withRespectTo: [x1, x2])
    try builder.output("gradient.x1", slopes[0])
    try builder.output("gradient.x2", slopes[1])
    return Workload(graph: try builder.build()) { (context) throws(Diagnostic) in
      // Exact in f32, so that both computations start from the same numbers.
      let (a, b) = (1.25, -0.75)
      try context.set("x1", to: Tensor(scalar: a, .f32))
      try context.set("x2", to: Tensor(scalar: b, .f32))
      let expected = [
        ("y", a * b + exp(a * b) - sin(b)),
        ("gradient.x1", b + b * exp(a * b)),
        ("gradient.x2", a + a * exp(a * b) - cos(b)),
      ]
      return { (context) throws(Diagnostic) in
        for (name, value) in expected {
          var comparison = Comparison(of: name)
          comparison.expect(try context.scalar(name), value, within: 1e-6 * (1 + value.magnitude))
          try comparison.finish()
        }
      }
    }
  }
}
