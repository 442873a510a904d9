import Adjoint
import AdjointGraph
import AdjointOperators
import Foundation
import Testing

/// Names that the derivatives of functions get.
@Suite struct DerivedNameTests {
  /// Names of derived functions grow with each derivative, and names have a limit: a function whose name is as long as
  /// one may be is differentiated four times, d⁴ sin x = sin x, in a batch, and its graph is read again.
  @Test func longNames() throws {
    let name = String(repeating: "n", count: 256)
    let f = try Function(name, [TensorType(.f64, .scalar)]) { sin($0[0]) }
    let graph = try Graph.trace([TensorType(.f64, extents: [3])]) { values in
      let fourth = vectorized { (x: Value) -> Value in
        var y = f(x)
        for _ in 0..<4 { y = gradients(of: y, withRespectTo: [x])[0] }
        return y
      }
      return [fourth(values[0])]
    }
    let read = try GraphParser.parse(
      graph.description, file: "names.graph", registry: .standard)
    let x = [0.5, -1, 2]
    let results = try read.compiled()(["x0": Tensor(x)])
    let values = try #require(results[graph.outputs[0].name]).doubles
    for (value, x) in zip(values, x) {
      #expect(Swift.abs(value - Foundation.sin(x)) < 1e-14)
    }
  }
}
