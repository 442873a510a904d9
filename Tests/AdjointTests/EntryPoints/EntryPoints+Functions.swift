import Adjoint

// Functions of graphs, and Swift functions that are traced and compiled.
extension EntryPoint {
  private static let scalar = TensorType(.f64, [])

  private static func type(_ shape: Shape) -> TensorType { TensorType(.f32, shape) }

  private static func pair() throws -> Function {
    try Function("pair", [scalar, scalar]) { $0[0] * 0.5 + $0[1] }
  }

  static let graphFunctions: [EntryPoint] = [
    EntryPoint("Function.init(_ name: String, _ inputs: [TensorType], _ body: ([Value]) -> Value)")
    {
      sweep in
      sweep.each(Hostile.names) { try Function($0, [scalar]) { $0[0] } }
      sweep.each(Hostile.shapes) { try Function("f", [type($0)]) { $0[0] } }
      sweep.call("no inputs") { try Function("f", []) { _ in GraphBuilder().constant(1) } }
    },
    EntryPoint(
      "Function.init(_ name: String, _ inputs: [TensorType], results body: ([Value]) -> [Value])"
    ) { sweep in
      sweep.each(Hostile.shapes) { try Function("f", [type($0)], results: { $0 + $0 }) }
      sweep.call("no results") { try Function("f", [scalar], results: { _ in [] }) }
    },
    EntryPoint("Function.==(left: Function, right: Function)") { sweep in
      sweep.call("equal") { try pair() == pair() ? 1 : 0 }
    },
    EntryPoint(
      "Function.withDerivatives(vectorJacobianProduct vjp: Function?, "
        + "jacobianVectorProduct jvp: Function?)"
    ) { sweep in
      sweep.call("none") { try pair().withDerivatives() }
      sweep.call("itself") {
        try pair().withDerivatives(vectorJacobianProduct: pair(), jacobianVectorProduct: pair())
      }
    },
    EntryPoint("Function.callAsFunction(_ operands: Value...)") { sweep in
      sweep.call("none") { try pair()() }
      sweep.each(Hostile.shapes) {
        let x = GraphBuilder().input("x", .f64, $0)
        return try pair()(x, x)
      }
    },
    EntryPoint("GraphBuilder.call(_ function: Function, _ operands: [Value])") { sweep in
      sweep.call("none") { try GraphBuilder().call(pair(), []) }
      sweep.each(Hostile.shapes) {
        let builder = GraphBuilder()
        let x = builder.input("x", .f64, $0)
        return try builder.call(pair(), [x, x])
      }
    },
    EntryPoint("Function.fixedPoint(steps: Int, derivativeSteps: Int?)") { sweep in
      sweep.each(Hostile.integers) { try pair().fixedPoint(steps: $0) }
      sweep.each(Hostile.integers, "derivative ") {
        try pair().fixedPoint(steps: 2, derivativeSteps: $0)
      }
    },
    EntryPoint("Function.root(solvedBy solver: Function, linearSteps: Int)") { sweep in
      let solver = try Function("solver", [scalar]) { -2 * $0[0] }
      sweep.each(Hostile.integers) { try pair().root(solvedBy: solver, linearSteps: $0) }
      sweep.call("itself") { try pair().root(solvedBy: pair(), linearSteps: 1) }
    },
    EntryPoint("Value.scalingCotangent(by factor: Double)") { sweep in
      sweep.each(Hostile.doubles) { try Sample().x.scalingCotangent(by: $0) }
    },
    EntryPoint("Value.clippingCotangent(to limit: Double)") { sweep in
      sweep.each(Hostile.doubles) { try Sample().x.clippingCotangent(to: $0) }
    },
    EntryPoint(
      "FunctionCheck.init(of function: Function, at operands: [Tensor], seed: UInt64, on engine: Engine)"
    ) { sweep in
      sweep.each(Hostile.unsigned) { try FunctionCheck(of: pair(), seed: $0) }
      sweep.each(try Hostile.tensors) { try FunctionCheck(of: pair(), at: [$0, $0]) }
      sweep.each(try Hostile.tensors, "one ") { try FunctionCheck(of: pair(), at: [$0]) }
    },
  ]

  static let tracedFunctions: [EntryPoint] = [
    EntryPoint("Graph.trace(_ type: TensorType, name: String, _ function: (Value) -> Value)") {
      sweep in
      sweep.each(Hostile.names) { try Graph.trace(scalar, name: $0) { $0 } }
      sweep.each(Hostile.shapes) { try Graph.trace(type($0)) { $0 } }
    },
    EntryPoint(
      "Graph.trace(_ first: TensorType, _ second: TensorType, name: String, "
        + "_ function: (Value, Value) -> Value)"
    ) { sweep in
      sweep.each(Hostile.shapes) { try Graph.trace(type($0), scalar) { x, _ in x } }
    },
    EntryPoint(
      "Graph.trace(_ types: [TensorType], name: String, _ function: ([Value]) -> [Value])"
    ) { sweep in
      sweep.each(Hostile.shapes) { try Graph.trace([type($0)]) { $0 } }
      sweep.call("none") { try Graph.trace([]) { $0 } }
    },
    EntryPoint(
      "compiled(_ options: CompilationOptions, on engine: Engine, "
        + "_ function: @escaping @Sendable (Value) -> Value)"
    ) { sweep in
      sweep.each(try Hostile.tensors) { try compiled { $0 }($0) }
    },
    EntryPoint(
      "compiled(_ options: CompilationOptions, on engine: Engine, "
        + "binary function: @escaping @Sendable (Value, Value) -> Value)"
    ) { sweep in
      sweep.each(try Hostile.tensors) { try compiled { x, _ in x }($0) }
    },
    EntryPoint(
      "CompiledFunction.init(_ options: CompilationOptions, on engine: Engine, "
        + "operandCount: Int?, results function: @escaping @Sendable ([Value]) -> [Value])"
    ) { sweep in
      sweep.each(try Hostile.tensors) { try CompiledFunction(results: { $0 + $0 })($0) }
      sweep.call("none") { try CompiledFunction(results: { $0 })() }
      sweep.each(Hostile.integers) {
        try CompiledFunction(operandCount: $0, results: { $0 })(Tensor(scalar: 1.0))
      }
    },
    EntryPoint("CompiledFunction.callAsFunction(_ operands: Tensor...)") { sweep in
      sweep.each(try Hostile.tensors) { try compiled { exp($0) }($0) }
    },
    EntryPoint("CompiledFunction.results(of operands: [Tensor])") { sweep in
      sweep.each(try Hostile.tensors) { try compiled { exp($0) }.results(of: [$0]).count }
    },
    EntryPoint("CompiledFunction.executable(for types: [TensorType])") { sweep in
      sweep.each(Hostile.shapes) { try compiled { $0 }.executable(for: [type($0)]) }
    },
    EntryPoint("Graph.explained(_ output: String, withRespectTo source: String)") { sweep in
      sweep.each(Hostile.names) { try graph().explained($0, withRespectTo: "w") }
      sweep.each(Hostile.names, "source ") { try graph().explained("loss", withRespectTo: $0) }
    },
    EntryPoint("Formula.latexBlock(naming name: String)") { sweep in
      let formula = try graph().explained("loss", withRespectTo: "w").derivative
      sweep.each(Hostile.names) { formula.latexBlock(naming: $0) }
    },
    EntryPoint("Formula.latexName(of name: String)") { sweep in
      sweep.each(Hostile.names) { Formula.latexName(of: $0) }
    },
    EntryPoint("gradient(of function: @escaping (Value) -> Value)") { sweep in
      sweep.call("no scalar") { try gradient(of: { $0 })(Sample().x) }
      sweep.call("constant") { try gradient(of: { $0.builder.constant(1) })(Sample().scalar) }
    },
    EntryPoint("valueAndGradient(of function: @escaping (Value) -> Value)") { sweep in
      sweep.call("no scalar") { try valueAndGradient(of: { $0 })(Sample().x).gradient }
    },
    EntryPoint("gradients(of function: @escaping ([Value]) -> Value)") { sweep in
      sweep.call("no scalar") { try gradients(of: { $0[0] })([Sample().x]) }
    },
    EntryPoint("jacobianVectorProduct(of function: @escaping (Value) -> Value)") { sweep in
      sweep.call("another type") {
        let sample = try Sample()
        return jacobianVectorProduct(of: { $0 })(sample.x, sample.scalar)
      }
    },
    EntryPoint("vectorJacobianProduct(of function: @escaping (Value) -> Value)") { sweep in
      sweep.call("another type") {
        let sample = try Sample()
        return vectorJacobianProduct(of: { $0 })(sample.x, sample.scalar)
      }
    },
  ]
}
