import Adjoint
import Testing

@Suite("Handles")
struct HandleTests {
  private let x = InputHandle<Float>("x")
  private let w = ParameterHandle<Float>("w")
  private let y = OutputHandle<Float>("y")
  private let count = OutputHandle<Int32>("count")

  private func graph() throws -> Graph {
    let builder = GraphBuilder("g")
    let product = builder.input(x, [3]) * builder.parameter(w, [3], .constant(2))
    builder.output(y, product)
    builder.output(count, (product .> 3).cast(to: .i32).sum())
    return try builder.build()
  }

  @Test("build a graph and run it")
  func roundTrip() throws {
    let context = try graph().compiled().makeContext()
    try context.set(x, to: [1, 2, 3])
    try context.run()
    #expect(try context.elements(of: y) == [2, 4, 6])
    #expect(try context.element(of: count) == 2)
    try context.set(w, to: [0.5, 1, -1])
    try context.set(x, to: Tensor([4, 5, 6] as [Float]))
    try context.run()
    #expect(try context.elements(of: y) == [2, 5, -6])
    #expect(try context.elements(of: w) == [0.5, 1, -1])
    try context.withInput(x) { (span: inout MutableSpan<Float>) in
      for place in span.indices { span[place] = Float(place) }
    }
    try context.run()
    #expect(try context.withOutput(y) { (span: Span<Float>) in span[2] } == -2)
  }

  @Test("serve the derivative of the graph as well")
  func derivative() throws {
    let builder = GraphBuilder("g")
    let loss = OutputHandle<Double>("loss")
    let v = InputHandle<Double>("v")
    builder.output(loss, (builder.input(v, [2]) * builder.input("u", .f64, [2])).sum())
    let context = try builder.build().differentiated("loss", withRespectTo: ["v"]).compiled()
      .makeContext()
    try context.set(v, to: [1, 2])
    try context.set("u", to: [3, 4])
    try context.run()
    #expect(try context.element(of: loss) == 11)
    #expect(try context.elements(of: OutputHandle<Double>("gradient.v")) == [3, 4])
  }

  @Test("refuse what the graph does not have")
  func refused() throws {
    let context = try graph().compiled().makeContext()
    func code(_ body: () throws -> Void) -> Diagnostic.Code? {
      #expect(throws: Diagnostic.self, performing: body)?.code
    }
    #expect(code { try context.set(InputHandle<Float>("z"), to: [1]) } == .unknownName)
    #expect(code { try context.set(InputHandle<Float>("w"), to: [1]) } == .unknownName)
    #expect(code { try context.set(ParameterHandle<Float>("x"), to: [1]) } == .unknownName)
    #expect(
      code { try context.set(InputHandle<Double>("x"), to: [1, 2, 3]) } == .scalarTypeMismatch)
    #expect(
      code { try context.set(InputHandle<Double>("x"), to: Tensor(scalar: 1)) }
        == .scalarTypeMismatch)
    #expect(
      code { try context.set(ParameterHandle<Double>("w"), to: [1, 2, 3]) } == .scalarTypeMismatch)
    #expect(
      code { try context.set(ParameterHandle<Int32>("w"), to: Tensor(scalar: 1)) }
        == .scalarTypeMismatch)
    #expect(code { try context.set(x, to: [1, 2]) } == .shapeMismatch)
    #expect(code { try context.set(w, to: [1, 2, 3, 4]) } == .shapeMismatch)
    #expect(code { _ = try context.elements(of: y) } == .notRun)
    #expect(code { try context.run() } == .missingInput)
    try context.set(x, to: [1, 2, 3])
    try context.run()
    #expect(code { _ = try context.element(of: y) } == .shapeMismatch)
    #expect(code { _ = try context.elements(of: OutputHandle<Double>("y")) } == .scalarTypeMismatch)
    #expect(
      code { _ = try context.elements(of: ParameterHandle<Bool>("w")) } == .scalarTypeMismatch)
    #expect(try context.elements(of: y) == [2, 4, 6])
  }

  @Test("an output of another type is a mistake at its line")
  func otherType() {
    let builder = GraphBuilder("g")
    let line = #line + 1
    builder.output(OutputHandle<Float>("y"), builder.input("x", .i32, [2]))
    let error = #expect(throws: Diagnostic.self) { try builder.build() }
    #expect(error?.code == .scalarTypeMismatch)
    #expect(error?.location?.line == line)
  }
}

@Suite("A value and its gradient")
struct GradientFunctionTests {
  /// (1 − a)² + 100 (b − a²)², Rosenbrock's function; its gradient at (−1.2, 1) is (−215.6, −88).
  private func graph() throws -> Graph {
    let builder = GraphBuilder("rosenbrock")
    let a = builder.input("a", .f64, [])
    let b = builder.input("b", .f64, [])
    let (slope, valley) = (1 - a, b - a * a)
    builder.output("other", builder.input("c", .f64, [2]) + a)
    builder.output("loss", slope * slope + 100 * valley * valley)
    return try builder.build()
  }

  @Test func knownAnswer() throws {
    let function = try graph().valueAndGradient(of: "loss", withRespectTo: ["b", "a"])
    #expect(function.sources == ["b", "a"])
    #expect(function.executable.outputs.map(\.name) == ["loss", "gradient.b", "gradient.a"])
    #expect(function.executable.inputs.map(\.name) == ["a", "b"])
    let (value, gradient) = try function(["a": Tensor(scalar: -1.2), "b": Tensor(scalar: 1)])
    #expect(abs(try value.elements(as: Double.self)[0] - 24.2) < 1e-12)
    #expect(abs(try #require(gradient["a"]).elements(as: Double.self)[0] + 215.6) < 1e-11)
    #expect(abs(try #require(gradient["b"]).elements(as: Double.self)[0] + 88) < 1e-11)
    #expect(gradient.count == 2)
  }

  @Test("of a graph that has a gradient already, and with respect to a parameter")
  func second() throws {
    let builder = GraphBuilder("g")
    let w = builder.parameter("w", .f64, [2], .constant(3))
    builder.output("loss", (w * w * w).sum())
    let once = try builder.build().differentiated("loss", withRespectTo: ["w"])
    let function = try once.valueAndGradient(of: "loss", withRespectTo: ["w"])
    let (value, gradient) = try function([:])
    #expect(try value.elements(as: Double.self) == [54])
    #expect(try gradient["w"]?.elements(as: Double.self) == [27, 27])
  }

  @Test func refused() throws {
    func code(_ output: String, _ sources: [String]) -> Diagnostic.Code? {
      #expect(throws: Diagnostic.self) {
        try graph().valueAndGradient(of: output, withRespectTo: sources)
      }?.code
    }
    #expect(code("other", ["a"]) == .shapeMismatch)
    #expect(code("nothing", ["a"]) == .unknownName)
    #expect(code("loss", ["z"]) == .unknownName)
    #expect(code("loss", ["c"]) == .notDifferentiable)
    #expect(code("loss", []) == .invalidArgument)
    #expect(code("loss", ["a", "a"]) == .duplicateName)
    let function = try graph().valueAndGradient(of: "loss", withRespectTo: ["a"])
    let error = #expect(throws: Diagnostic.self) { try function(["a": Tensor(scalar: 1.0)]) }
    #expect(error?.code == .missingInput)
  }
}
