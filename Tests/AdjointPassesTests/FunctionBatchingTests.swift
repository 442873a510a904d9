import AdjointCore
import AdjointGraph
import AdjointOperators
import AdjointPasses
import TestSupport
import Testing

@Suite("Functions called for batches")
struct FunctionBatchingTests {
  /// x·w summed, whose supplied derivatives are twice and three times the true ones, to be told from them.
  private func marked() throws -> Function {
    let types = [TensorType(.f64, ["K"]), TensorType(.f64, ["K"])]
    let scalar = TensorType(.f64, .scalar)
    let product = try Function("product", types) { ($0[0] * $0[1]).sum() }
    return try product.withDerivatives(
      vectorJacobianProduct: Function(
        "product.back", types + [scalar, scalar],
        results: {
          [2 * $0[3] * $0[1], 2 * $0[3] * $0[0]]
        }),
      jacobianVectorProduct: Function("product.on", types + [scalar] + types) {
        3 * ($0[3] * $0[1] + $0[0] * $0[4]).sum()
      })
  }

  private func evaluate(_ builder: GraphBuilder) throws -> [String: Tensor] {
    let graph = try builder.build()
    let sources = try [
      "x": Tensor(.f64([1, 2, 3, 4, 5, 6]), extents: [3, 2]), "w": Tensor([10, 20] as [Double]),
    ]
    let outputs = try GraphInterpreter.evaluate(graph, sources).outputs
    let expanded = try GraphInterpreter.evaluate(Pipeline.compilation(graph), sources).outputs
    for (name, value) in outputs { #expect(value.doubles == expanded[name]?.doubles, "\(name)") }
    // What is written can be read again.
    let again = try GraphParser.parse(
      graph.description, file: "batch.graph", registry: .standard)
    #expect(again.description == graph.description)
    return outputs
  }

  @Test("stay calls, of one function for all of them, and keep the derivatives that were supplied")
  func supplied() throws {
    let product = try marked()
    let builder = GraphBuilder("batch")
    let x = builder.input("x", .f64, [3, 2])
    let w = builder.input("w", .f64, [2])
    let y = vectorized { (x: Value) in product(x, w) + product(x, x) }(x)
    #expect(y.shape == [3])
    #expect(builder.nodes.count { $0.mnemonic == "reduce_sum" } == 0)
    builder.output("y", y)
    let z = vectorized { (x: Value) in product(x, w) }(x)
    let adjoints = gradients(of: z.sum(), withRespectTo: [x, w])
    builder.output("x_adjoint", adjoints[0])
    builder.output("w_adjoint", adjoints[1])
    let one = builder.full(1, x.type)
    builder.output(
      "tangent", jacobianVectorProduct(of: [z], withRespectTo: [x], tangents: [one])[0])
    builder.output(
      "inside",
      vectorized { (x: Value) in gradients(of: product(x, w), withRespectTo: [w])[0] }(x))
    let outputs = try evaluate(builder)
    #expect(outputs["y"]?.doubles == [55, 135, 231])
    #expect(outputs["x_adjoint"]?.doubles == [20, 40, 20, 40, 20, 40])
    #expect(outputs["w_adjoint"]?.doubles == [18, 24])
    #expect(outputs["tangent"]?.doubles == [90, 90, 90])
    #expect(outputs["inside"]?.doubles == [2, 4, 6, 8, 10, 12])
  }

  @Test("call functions within functions, and results that no operand changes are repeated")
  func nested() throws {
    let types = [TensorType(.f64, ["N"])]
    let square = try Function("square", types) { $0[0] * $0[0] }
    let outer = try Function(
      "outer", types,
      results: { values in
        [square(values[0]).sum(), values[0].builder.full(7, TensorType(.f64, [1]))]
      })
    let builder = GraphBuilder("batch")
    let x = builder.input("x", .f64, [3, 2])
    let w = builder.input("w", .f64, [2])
    let results = vectorized { (values: [Value]) in builder.call(outer, values) }([x])
    builder.output("sum", results[0])
    builder.output("constant", results[1])
    builder.output("twice", vectorized(vectorized { square($0.reshaped(to: [1]))[0] })(x))
    builder.output("w", w)
    builder.output("h", hessian(of: outer.first(x[0]), withRespectTo: x))
    let outputs = try evaluate(builder)
    #expect(outputs["sum"]?.doubles == [5, 25, 61])
    #expect(outputs["constant"]?.doubles == [7, 7, 7])
    #expect(outputs["twice"]?.doubles == [1, 4, 9, 16, 25, 36])
    let h = try #require(outputs["h"])
    #expect(h.extents == [3, 2, 3, 2])
    #expect(h.doubles.enumerated().allSatisfy { $1 == ($0 == 0 || $0 == 7 ? 2 : 0) })
  }
}

extension Function {
  /// The first result for one operand.
  fileprivate func first(_ x: Value) -> Value { x.builder.call(self, [x])[0] }
}
