import Adjoint
import AdjointOperators
import Foundation
import Testing

/// The branch of a select that is not taken leaves no trace in a derivative, whatever its own is there.
@Suite("Derivatives of selects")
struct SelectDerivativeTests {
  /// First and second derivatives of all cases in all combinations of the modes, as outputs.
  ///
  /// The functions are element-wise, so that products with ones give the derivatives themselves.
  private func graph(_ scalarType: ScalarType) throws -> Graph {
    let builder = GraphBuilder("selects")
    let x = builder.input(
      "x", scalarType, Shape(extents: [SelectDerivativeCase.points.count]))
    let ones = builder.full(1, x.type)
    func reverse(_ y: Value) throws -> Value {
      vectorJacobianProduct(of: [y], cotangents: [ones], withRespectTo: [x])[0]
    }
    func forward(_ y: Value) throws -> Value {
      jacobianVectorProduct(of: [y], withRespectTo: [x], tangents: [ones])[0]
    }
    for (index, element) in SelectDerivativeCase.all.enumerated() {
      let y = try element.function(x)
      let (first, tangent) = (try reverse(y), try forward(y))
      builder.output("c\(index).r", first)
      builder.output("c\(index).f", tangent)
      try builder.output("c\(index).rr", reverse(first))
      try builder.output("c\(index).fr", forward(first))
      try builder.output("c\(index).rf", reverse(tangent))
      try builder.output("c\(index).ff", forward(tangent))
    }
    return try builder.build()
  }

  private func check(
    _ outputs: (String) throws -> Tensor, _ scalarType: ScalarType, _ comment: Comment
  ) throws {
    let tolerance = scalarType == .f32 ? 1e-4 : 1e-11
    for (index, element) in SelectDerivativeCase.all.enumerated() {
      for kind in ["r", "f", "rr", "fr", "rf", "ff"] {
        let found = try outputs("c\(index).\(kind)").doubles
        for (x, value) in zip(SelectDerivativeCase.points, found) {
          let expected = kind.count == 1 ? element.first(x) : element.second(x)
          let isClose =
            expected.isNaN
            ? value.isNaN : (value - expected).magnitude <= tolerance * (1 + expected.magnitude)
          #expect(isClose, "\(element), \(kind) at \(x): \(value), not \(expected); \(comment)")
        }
      }
    }
  }

  @Test("are right as written and after the passes", arguments: [ScalarType.f32, .f64])
  func interpreted(_ scalarType: ScalarType) throws {
    let graph = try graph(scalarType)
    let x = try Tensor(
      Tensor.Storage(SelectDerivativeCase.points, as: scalarType),
      extents: [SelectDerivativeCase.points.count])
    for (graph, name) in [(graph, "as written"), (try Pipeline.standard(graph), "simplified")] {
      let outputs = try GraphInterpreter.evaluate(graph, ["x": x]).outputs
      try check({ try #require(outputs[$0]) }, scalarType, "\(name)")
    }
  }

  @Test(
    "are right on both back ends", arguments: [ScalarType.f32, .f64], Backend.allCases)
  func compiled(_ scalarType: ScalarType, _ backend: Backend) throws {
    let context = try graph(scalarType).compiled(CompilationOptions(threads: 1, backend: backend))
      .makeContext()
    try context.set(
      "x",
      to: Tensor(
        Tensor.Storage(SelectDerivativeCase.points, as: scalarType),
        extents: [SelectDerivativeCase.points.count]))
    try context.run()
    try check({ try context.output($0) }, scalarType, "\(backend)")
  }

  /// Products of the Jacobian with ones, from both sides, interpreted.
  private func bothModes(
    at x: [Double], _ function: (Value) throws -> Value
  ) throws -> [[Double]] {
    let builder = GraphBuilder("modes")
    let input = builder.input("x", .f64, Shape(extents: [x.count]))
    let y = try function(input)
    builder.output(
      "reverse",
      vectorJacobianProduct(
        of: [y], cotangents: [builder.full(1, y.type)], withRespectTo: [input])[0])
    builder.output(
      "forward",
      jacobianVectorProduct(
        of: [y], withRespectTo: [input], tangents: [builder.full(1, input.type)])[0])
    let outputs = try GraphInterpreter.evaluate(builder.build(), ["x": Tensor(x)]).outputs
    return try ["reverse", "forward"].map { try #require(outputs[$0]).doubles }
  }

  @Test("a NaN of the branch that is taken passes")
  func takenNaN() throws {
    for slope in try bothModes(at: [-1, 0, 4], { select($0 .< 1, sqrt($0), 0) }) {
      #expect(slope[0].isNaN && slope[1] == .infinity && slope[2] == 0)
    }
  }

  @Test("a use outside of the select is not masked")
  func otherUse() throws {
    let slopes = try bothModes(at: [-1, 0, 4]) { x in
      let root = sqrt(x)
      return select(x .> 0, root, 0) + root
    }
    for slope in slopes { #expect(slope[0].isNaN && slope[1] == .infinity && slope[2] == 0.5) }
  }

  @Test("one number repeated is masked where no repetition is taken")
  func repeatedNumber() throws {
    for (scale, expected) in [(0.0, 0.0), (4, 0.5)] {
      let builder = GraphBuilder("repeated")
      let s = builder.input("s", .f64, [])
      let x = try builder.constant(Tensor([scale > 0 ? 1.0 : -1, -2, -3]))
      let y = select(x .> 0, x * sqrt(s), 0).sum()
      builder.output(
        "gradient", gradients(of: y, withRespectTo: [s])[0] * 2)
      let graph = try builder.build()
      for graph in [graph, try Pipeline.standard(graph)] {
        let outputs = try GraphInterpreter.evaluate(graph, ["s": Tensor(scalar: scale, .f64)])
          .outputs
        #expect(outputs["gradient"]?.scalar == expected)
      }
    }
  }

  @Test("one condition for a whole sum masks what is summed")
  func wholeSum() throws {
    for (offset, x, expected) in [
      (0.0, [1.0, 0, -1], [[0.0, 0, 0], [0]]), (1, [1, 4, 16], [[0.5, 0.25, 0.125], [0.875]]),
    ] {
      let found = try bothModes(at: x) { x in
        let condition = x.builder.constant(offset, .f64) .> 0.5
        return select(condition, sqrt(x).sum(), 0)
      }
      #expect(found == expected)
    }
  }

  @Test("a deep chain of masks stays small and does not recurse")
  func deepChain() throws {
    let builder = GraphBuilder("deep")
    let x = builder.input("x", .f64, [2])
    var y = sqrt(x)
    for step in 0..<2_000 {
      y = y.reshaped(to: step % 2 == 0 ? [2, 1] : [2])
      if step % 100 == 0 { y = select(y .>= -1, y * y / y, 0) }
    }
    y = select(x .> 0, y.reshaped(to: [2]), 0)
    let count = builder.nodes.count
    builder.output(
      "gradient", vectorJacobianProduct(of: [y], cotangents: [x], withRespectTo: [x])[0])
    let graph = try builder.build()
    #expect(graph.nodes.count < 8 * count)
    let outputs = try GraphInterpreter.evaluate(graph, ["x": Tensor([0.0, 4])]).outputs
    #expect(outputs["gradient"]?.doubles == [0, 1])
  }
}
