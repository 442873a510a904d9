import Adjoint
import Foundation

extension Case {
  /// Vectors from the first cache to far beyond the last.
  static let elementwise = [
    elementwise("ew_16k", count: 1 << 14), elementwise("ew_1m", count: 1 << 20),
    elementwise("ew_16m", count: 1 << 24),
  ]

  private static func elementwise(_ name: String, count: Int) -> Case {
    Case(
      name: name,
      summary:
        "t = tanh(xy + x), s = σ(t − y), Σ exp(−s²)·t over \(count) elements: value and both gradients",
      // Two vectors in and two out; three exponentials, two quotients and what is around them.
      limit: .work(
        Work(
          operations: 95 * Double(count), bytesRead: 8 * Double(count),
          bytesWritten: 8 * Double(count)))
    ) { () throws(Diagnostic) in
      let builder = GraphBuilder(name)
      let x = builder.input("x", .f32, Shape(extents: [count]))
      let y = builder.input("y", .f32, Shape(extents: [count]))
      let t = tanh(x * y + x)
      let s = sigmoid(t - y)
      let total = (exp(-(s * s)) * t).sum()
      builder.output("total", total)
      let slopes = gradients(of: total, withRespectTo: [x, y])
      builder.output("gradient.x", slopes[0])
      builder.output("gradient.y", slopes[1])
      return Workload(graph: try builder.build()) { (_) throws(Diagnostic) in
        let operands = ElementwiseReference(count: count)
        return Start(
          inputs: ["x": try Tensor(operands.x), "y": try Tensor(operands.y)], check: operands.check)
      }
    }
  }
}

/// The function and its gradients, written out by hand and computed in f64.
private struct ElementwiseReference {
  let x: [Float]
  let y: [Float]

  init(count: Int) {
    x = RandomNumbers.uniform(count, "x", from: -2, to: 2)
    y = RandomNumbers.uniform(count, "y", from: -2, to: 2)
  }

  func check(_ context: ExecutionContext) throws(Diagnostic) {
    let slopeX = try context.output("gradient.x").floats
    let slopeY = try context.output("gradient.y").floats
    var total = 0.0
    var magnitude = 0.0
    var comparisonX = Comparison(of: "gradient.x")
    var comparisonY = Comparison(of: "gradient.y")
    for index in x.indices {
      let (x, y) = (Double(x[index]), Double(y[index]))
      let t = tanh(x * y + x)
      let s = 1 / (1 + exp(y - t))
      let weight = exp(-s * s)
      // ∂/∂(t − y), then ∂/∂(xy + x).
      let inner = t * weight * -2 * s * s * (1 - s)
      let outer = (weight + inner) * (1 - t * t)
      comparisonX.expect(Double(slopeX[index]), outer * (y + 1), within: 4e-6)
      comparisonY.expect(Double(slopeY[index]), outer * x - inner, within: 4e-6)
      total += weight * t
      magnitude += (weight * t).magnitude
    }
    try comparisonX.finish()
    try comparisonY.finish()
    var comparison = Comparison(of: "total")
    comparison.expect(try context.scalar("total"), total, within: 1e-6 * magnitude)
    try comparison.finish()
  }
}
