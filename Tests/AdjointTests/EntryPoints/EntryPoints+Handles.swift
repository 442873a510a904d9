import Adjoint

extension EntryPoint {
  private static func context(run: Bool = true) throws -> ExecutionContext {
    let context = try graph().compiled(CompilationOptions(dimensions: ["B": 2])).makeContext()
    try context.set("x", to: [1, 2, 3, 4])
    if run { try context.run() }
    return context
  }

  /// Calls with handles of every name, in the type of the graph and in another.
  private static func entry(
    _ signature: String, floats: @escaping @Sendable (String) throws -> Any,
    wholes: @escaping @Sendable (String) throws -> Any
  ) -> EntryPoint {
    EntryPoint(signature) { sweep in
      sweep.each(Hostile.names) { try floats($0) }
      sweep.each(Hostile.names, "i32 ") { try wholes($0) }
    }
  }

  private static func built(_ declare: (GraphBuilder) -> Void) throws -> Any {
    let builder = GraphBuilder("g")
    declare(builder)
    return try Graph(text: builder.build().description)
  }

  private static func declared<Element: TensorElement>(
    _ handle: OutputHandle<Element>
  ) throws -> Any {
    try built { $0.output(handle, $0.input("a", .f32, [2])) }
  }

  /// Names with types, in building.
  private static let declaring: [EntryPoint] = [
    entry(
      "InputHandle.init(_ name: String)",
      floats: { InputHandle<Float>($0) }, wholes: { InputHandle<Int32>($0) }),
    entry(
      "ParameterHandle.init(_ name: String)",
      floats: { ParameterHandle<Float>($0) }, wholes: { ParameterHandle<Int32>($0) }),
    entry(
      "OutputHandle.init(_ name: String)",
      floats: { OutputHandle<Float>($0) }, wholes: { OutputHandle<Int32>($0) }),
    entry(
      "GraphBuilder.input(_ handle: InputHandle<Element>, _ shape: Shape)",
      floats: { name in try built { $0.output("o", $0.input(InputHandle<Float>(name), [-1])) } },
      wholes: { name in try built { $0.output("o", $0.input(InputHandle<Int32>(name), [2])) } }),
    entry(
      "GraphBuilder.parameter(_ handle: ParameterHandle<Element>, _ shape: Shape, "
        + "_ initializer: Initializer)",
      floats: { name in
        try built {
          $0.output("o", $0.parameter(ParameterHandle<Float>(name), [2], .constant(.nan)))
        }
      },
      wholes: { name in
        try built {
          $0.output("o", $0.parameter(ParameterHandle<Int32>(name), [2], .constant(0.5)))
        }
      }),
    entry(
      "GraphBuilder.output(_ handle: OutputHandle<Element>, _ value: Value)",
      floats: { try declared(OutputHandle<Float>($0)) },
      wholes: { try declared(OutputHandle<Int32>($0)) }),
  ]

  /// Names with types, in running.
  private static let using: [EntryPoint] = [
    entry(
      "ExecutionContext.set(_ input: InputHandle<Element>, to elements: [Element])",
      floats: { try context().set(InputHandle<Float>($0), to: [1, 2, 3]) },
      wholes: { try context().set(InputHandle<Int32>($0), to: [1, 2, 3, 4]) }),
    entry(
      "ExecutionContext.set(_ parameter: ParameterHandle<Element>, to elements: [Element])",
      floats: { try context().set(ParameterHandle<Float>($0), to: [1, 2, 3]) },
      wholes: { try context().set(ParameterHandle<Int32>($0), to: []) }),
    entry(
      "ExecutionContext.set(_ input: InputHandle<Element>, to tensor: Tensor)",
      floats: { try context().set(InputHandle<Float>($0), to: Tensor(scalar: 1)) },
      wholes: { try context().set(InputHandle<Int32>($0), to: Tensor(scalar: 1)) }),
    entry(
      "ExecutionContext.set(_ parameter: ParameterHandle<Element>, to tensor: Tensor)",
      floats: { try context().set(ParameterHandle<Float>($0), to: Tensor(scalar: 1)) },
      wholes: { try context().set(ParameterHandle<Int32>($0), to: Tensor(scalar: 1)) }),
    entry(
      "ExecutionContext.elements(of output: OutputHandle<Element>)",
      floats: { try context(run: $0 != "y").elements(of: OutputHandle<Float>($0)) },
      wholes: { try context().elements(of: OutputHandle<Int32>($0)) }),
    entry(
      "ExecutionContext.elements(of parameter: ParameterHandle<Element>)",
      floats: { try context().elements(of: ParameterHandle<Float>($0)) },
      wholes: { try context().elements(of: ParameterHandle<Int32>($0)) }),
    entry(
      "ExecutionContext.element(of output: OutputHandle<Element>)",
      floats: { try context().element(of: OutputHandle<Float>($0)) },
      wholes: { try context().element(of: OutputHandle<Int32>($0)) }),
    entry(
      "ExecutionContext.withInput(_ input: InputHandle<Element>, "
        + "_ body: (inout MutableSpan<Element>) throws(Diagnostic) -> Result)",
      floats: { name in
        try context().withInput(InputHandle(name)) { (span: inout MutableSpan<Float>) in span.count
        }
      },
      wholes: { name in
        try context().withInput(InputHandle(name)) { (span: inout MutableSpan<Int32>) in span.count
        }
      }),
    entry(
      "ExecutionContext.withOutput(_ output: OutputHandle<Element>, "
        + "_ body: (Span<Element>) throws(Diagnostic) -> Result)",
      floats: { name in
        try context().withOutput(OutputHandle(name)) { (span: Span<Float>) in span.count }
      },
      wholes: { name in
        try context().withOutput(OutputHandle(name)) { (span: Span<Int32>) in span.count }
      }),
  ]

  /// Names with types.
  static let handles = declaring + using

  /// A value together with its gradient.
  static let gradientFunctions: [EntryPoint] = [
    EntryPoint(
      "Graph.valueAndGradient(of output: String, withRespectTo sources: [String], "
        + "_ options: CompilationOptions, on engine: Engine)"
    ) { sweep in
      let bound = CompilationOptions(dimensions: ["B": 2])
      sweep.each(Hostile.names) {
        try graph().valueAndGradient(of: $0, withRespectTo: ["w"], bound).sources
      }
      sweep.each(Hostile.names, "by ") {
        try graph().valueAndGradient(of: "loss", withRespectTo: [$0], bound).sources
      }
      sweep.call("by none") { try graph().valueAndGradient(of: "loss", withRespectTo: [], bound) }
      sweep.call("unbound") { try graph().valueAndGradient(of: "loss", withRespectTo: ["w"]) }
      sweep.call("huge") { try huge().valueAndGradient(of: "loss", withRespectTo: ["w"]) }
    },
    EntryPoint("GradientFunction.callAsFunction(_ values: [String: Tensor])") { sweep in
      sweep.each(try Hostile.tensorsByName) { values in
        let function = try graph().valueAndGradient(
          of: "loss", withRespectTo: ["w"], CompilationOptions(dimensions: ["B": 2]))
        return try function(values).gradient.count
      }
    },
  ]
}
