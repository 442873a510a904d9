import Adjoint
import Foundation

extension Case {
  /// A graph so small that its time is what it costs to start a step.
  static let scalar = Case(
    name: "scalar", summary: "x1·x2 + exp(x1·x2) − sin(x2): value and gradient",
    limit: .direct(scalarFormula)
  ) { () throws(Diagnostic) in
    let builder = GraphBuilder("scalar")
    let x1 = builder.input("x1", .f32, .scalar)
    let x2 = builder.input("x2", .f32, .scalar)
    let product = x1 * x2
    let y = product + exp(product) - sin(x2)
    builder.output("y", y)
    let slopes = gradients(of: y, withRespectTo: [x1, x2])
    builder.output("gradient.x1", slopes[0])
    builder.output("gradient.x2", slopes[1])
    return Workload(graph: try builder.build()) { (_) throws(Diagnostic) in
      // Exact in f32, so that both computations start from the same numbers.
      let (a, b) = (1.25, -0.75)
      let expected = [
        ("y", a * b + exp(a * b) - sin(b)),
        ("gradient.x1", b + b * exp(a * b)),
        ("gradient.x2", a + a * exp(a * b) - cos(b)),
      ]
      let inputs = try ["x1": Tensor(scalar: a, .f32), "x2": Tensor(scalar: b, .f32)]
      return Start(inputs: inputs) { (context) throws(Diagnostic) in
        for (name, value) in expected {
          var comparison = Comparison(of: name)
          comparison.expect(try context.scalar(name), value, within: 1e-6 * (1 + value.magnitude))
          try comparison.finish()
        }
      }
    }
  }

  /// The same three numbers in compiled code, for as many pairs as asked.
  @Sendable
  private static func scalarFormula(_ count: Int) -> Double {
    var sum: Float = 0
    for index in 0..<count {
      let x1 = 1.25 + Float(index) * 1e-6
      let x2 = -0.75 - Float(index) * 1e-6
      let product = x1 * x2
      let exponential = exp(product)
      sum += product + exponential - sin(x2)
      sum += x2 + x2 * exponential
      sum += x1 + x1 * exponential - cos(x2)
    }
    return Double(sum)
  }
}
