import Adjoint
import Logging

extension EntryPoint {
  /// Numbers of bytes and of threads.
  private static let limits: [Int?] = [nil] + Hostile.integers

  private static func ran(_ options: CompilationOptions) throws -> Any {
    var options = options
    if options.dimensions.isEmpty { options.dimensions = ["B": 2] }
    let context = try graph().compiled(options).makeContext()
    try context.set("x", to: [1, 2, 3, 4])
    try context.run()
    return try context.output("y")
  }

  private static func context() throws -> ExecutionContext {
    try graph().compiled(CompilationOptions(dimensions: ["B": 2])).makeContext()
  }

  private static func spelled(_ limit: Int?) -> String { limit.map { Hostile.label($0) } ?? "nil" }

  /// What an engine with these options computes.
  private static func ran(on options: Engine.Options) throws -> Any {
    let context = try graph().compiled(
      CompilationOptions(dimensions: ["B": 2]), on: Engine(options)
    ).makeContext()
    try context.set("x", to: [1, 2, 3, 4])
    try context.run()
    return try context.output("y")
  }

  static let machines: [EntryPoint] = [
    EntryPoint("MachineModel.Cache.init(byteCount: Int, coreCount: Int)") { sweep in
      sweep.each(Hostile.integers) { "\(MachineModel.Cache(byteCount: $0, coreCount: $0))" }
    },
    EntryPoint(
      "MachineModel.init(vectorByteCount: Int, caches: [Cache], coreCount: Int, "
        + "launchNanoseconds: Double, handOverNanoseconds: Double, multiplyAddsPerNanosecond: Double, "
        + "bytesPerNanosecond: Double)"
    ) { sweep in
      sweep.each(Hostile.doubles) { cost in
        MachineModel(
          vectorByteCount: .min, caches: [], coreCount: .max, launchNanoseconds: cost,
          handOverNanoseconds: cost, multiplyAddsPerNanosecond: cost, bytesPerNanosecond: cost
        ).description
      }
    },
    EntryPoint("MachineModel.init(text: String, file: String)") { sweep in
      sweep.each(Hostile.names) { "\(try MachineModel(text: $0, file: "m"))" }
    },
  ]

  static let engines: [EntryPoint] = [
    EntryPoint("Engine.init(_ options: Options)") { sweep in
      for limit in limits {
        sweep.call(spelled(limit)) {
          try ran(on: Engine.Options(threads: limit, cacheFolder: nil))
        }
      }
    },
    EntryPoint(
      "Engine.Options.init(threads: Int?, backend: Backend, maximumMemory: Int?, "
        + "cacheFolder: String?, llvmLibrary: String?, logger: Logger)"
    ) { sweep in
      sweep.each(Hostile.paths) { path in
        let silent = Logger(label: "silent", factory: { _ in SwiftLogNoOpLogHandler() })
        return try ran(
          on: Engine.Options(cacheFolder: path, llvmLibrary: path, logger: silent))
      }
    },
    EntryPoint("Engine.Options.threads: Int?") { sweep in
      for limit in limits {
        sweep.call(spelled(limit)) {
          var options = Engine.Options(cacheFolder: nil)
          options.threads = limit
          return try ran(on: options)
        }
      }
    },
    EntryPoint("Engine.Options.maximumMemory: Int?") { sweep in
      for limit in limits {
        sweep.call(spelled(limit)) {
          var options = Engine.Options(cacheFolder: nil)
          options.maximumMemory = limit
          return try ran(on: options)
        }
      }
    },
  ]

  static let compiling: [EntryPoint] = [
    EntryPoint(
      "CompilationOptions.init(dimensions: [String: Int], pipeline: Pipeline, threads: Int?, "
        + "maximumArenaByteCount: Int?, backend: Backend?, machine: MachineModel)"
    ) { sweep in
      for limit in limits {
        for backend in [Backend.generated, .portable] {
          sweep.call("\(backend) \(spelled(limit))") {
            try ran(
              CompilationOptions(
                pipeline: Pipeline([]), threads: limit, maximumArenaByteCount: limit,
                backend: backend))
          }
        }
      }
    },
    EntryPoint("CompilationOptions.dimensions: [String: Int]") { sweep in
      sweep.each(Hostile.extentsByName) { extents in
        var options = CompilationOptions()
        options.dimensions = extents
        return try graph().compiled(options).makeContext()
      }
    },
    EntryPoint("CompilationOptions.machine: MachineModel") { sweep in
      for number in Hostile.integers {
        for cost in Hostile.doubles {
          sweep.call("\(Hostile.label(number)) \(cost)") {
            let machine = MachineModel(
              vectorByteCount: number,
              caches: [MachineModel.Cache(byteCount: number, coreCount: number)],
              coreCount: number, launchNanoseconds: cost, handOverNanoseconds: cost,
              multiplyAddsPerNanosecond: cost, bytesPerNanosecond: cost)
            return try ran(CompilationOptions(machine: machine))
          }
        }
      }
    },
    EntryPoint("CompilationOptions.threads: Int?") { sweep in
      for limit in limits {
        sweep.call(spelled(limit)) {
          var options = CompilationOptions()
          options.threads = limit
          return try ran(options)
        }
      }
    },
    EntryPoint("CompilationOptions.maximumArenaByteCount: Int?") { sweep in
      for limit in limits {
        sweep.call(spelled(limit)) {
          var options = CompilationOptions()
          options.maximumArenaByteCount = limit
          return try ran(options)
        }
      }
    },
    EntryPoint("Graph.compiled(_ options: CompilationOptions, on engine: Engine)") { sweep in
      sweep.call("unbound") { try graph().compiled() }
      sweep.call("huge") { try huge().compiled() }
    },
    report("Graph.planReport(_ options: CompilationOptions)") { try $0.planReport($1) },
    report("Graph.callReport(_ options: CompilationOptions)") { try $0.callReport($1) },
    EntryPoint("KernelText.checked(_ bytes: [UInt8], of file: String)") { sweep in
      sweep.each(Hostile.names) { try KernelText.checked(Array($0.utf8), of: "k") as Any }
      sweep.each(Hostile.names) {
        try KernelText.checked(Array("plan 1\n\($0)\n".utf8), of: "p") as Any
      }
    },
    report("Graph.fusionReport(_ options: CompilationOptions)") { try $0.fusionReport($1) },
    report("Graph.rowReport(_ options: CompilationOptions)") { try $0.rowReport($1) },
    report("Graph.kernelReport(after pass: String, _ options: CompilationOptions)") {
      try $0.kernelReport(after: "row-fusion", $1)
    },
    report(
      "Graph.generatedCode(as form: CodeForm, _ options: CompilationOptions, on engine: Engine)"
    ) {
      try $0.generatedCode(as: .llvm, $1)
    },
    EntryPoint("Executable.makeContext(seed: UInt64)") { sweep in
      sweep.each(Hostile.unsigned) { seed in
        try graph().compiled(CompilationOptions(dimensions: ["B": 2])).makeContext(seed: seed)
          .parameter("w")
      }
    },
  ]

  private static func report(
    _ signature: String, _ report: @escaping @Sendable (Graph, CompilationOptions) throws -> Any
  ) -> EntryPoint {
    EntryPoint(signature) { sweep in
      sweep.each(Hostile.extentsByName) { extents in
        try report(graph(), CompilationOptions(dimensions: extents, threads: .max))
      }
      sweep.call("huge") { try report(huge(), CompilationOptions(threads: .min)) }
    }
  }

  static let running: [EntryPoint] = [
    EntryPoint("ExecutionContext.set(_ name: String, to tensor: Tensor)") { sweep in
      sweep.each(Hostile.names) { try context().set($0, to: Tensor([1])) }
      for name in ["x", "w", "y"] {
        sweep.each(try Hostile.tensors, "\(name) ") { try context().set(name, to: $0) }
      }
    },
    EntryPoint("ExecutionContext.set(_ values: [String: Tensor])") { sweep in
      sweep.each(try Hostile.tensorsByName) { try context().set($0) }
      let x = try Tensor([1])
      sweep.call("many names") {
        try context().set(Dictionary(uniqueKeysWithValues: (0..<1000).map { ("n\($0)", x) }))
      }
    },
    EntryPoint("ExecutionContext.set(_ name: String, to elements: some Collection<Float>)") {
      sweep in
      sweep.each(Hostile.names) { try context().set($0, to: [1, 2, 3, 4] as [Float]) }
      sweep.each([0, 1, 3, 5, 1 << 20], "x of ") {
        try context().set("x", to: Array(repeating: .nan, count: $0))
      }
    },
    EntryPoint("ExecutionContext.set(_ name: String, to literal: TensorLiteral)") { sweep in
      sweep.each(Hostile.names) { try context().set($0, to: [1, 2, 3, 4]) }
      for name in ["x", "w"] {
        sweep.call("\(name) ragged") { try context().set(name, to: [[1, 2], [3]]) }
        sweep.call("\(name) nested") { try context().set(name, to: [[1, 2], [3, 4]]) }
        sweep.call("\(name) none") { try context().set(name, to: []) }
        sweep.call("\(name) truth") { try context().set(name, to: [true, true, true, true]) }
        sweep.call("\(name) 1e39") { try context().set(name, to: [1e39, 1, 1, 1]) }
      }
    },
    EntryPoint(
      "ExecutionContext.withInput(_ name: String, as type: Element.Type, "
        + "_ body: (inout MutableSpan<Element>) throws(Diagnostic) -> Result)"
    ) { sweep in
      sweep.each(Hostile.names) { name in
        try context().withInput(name, as: Float.self) { (span: inout MutableSpan<Float>) in
          span.count
        }
      }
      sweep.call("x of i32") {
        try context().withInput("x", as: Int32.self) { (span: inout MutableSpan<Int32>) in
          span.count
        }
      }
    },
    EntryPoint(
      "ExecutionContext.withOutput(_ name: String, as type: Element.Type, "
        + "_ body: (Span<Element>) throws(Diagnostic) -> Result)"
    ) { sweep in
      sweep.each(Hostile.names, "before ") { name in
        try context().withOutput(name, as: Float.self) { (span: Span<Float>) in span.count }
      }
      sweep.each(Hostile.names) { name in
        let context = try context()
        try context.set("x", to: [1, 2, 3, 4])
        try context.run()
        return try context.withOutput(name, as: Float.self) { (span: Span<Float>) in span.count }
      }
    },
    EntryPoint("Executable.callAsFunction(_ values: [String: Tensor])") { sweep in
      sweep.each(try Hostile.tensorsByName) { values in
        try graph().compiled(CompilationOptions(dimensions: ["B": 2]))(values).count
      }
      let x = try Tensor([[1, 2], [3, 4]], .f32)
      sweep.each(try Hostile.tensors, "x and w ") { tensor in
        try graph().compiled(CompilationOptions(dimensions: ["B": 2]))(["x": x, "w": tensor]).count
      }
    },
    EntryPoint("ExecutionContext.output(_ name: String)") { sweep in
      sweep.each(Hostile.names, "before ") { try context().output($0) }
      sweep.each(Hostile.names) { name in
        let context = try context()
        try context.set("x", to: [1, 2, 3, 4])
        try context.run()
        return try context.output(name)
      }
    },
    EntryPoint("ExecutionContext.scalar(_ name: String)") { sweep in
      sweep.each(Hostile.names, "before ") { try context().scalar($0) }
      sweep.each(Hostile.names) { name in
        let context = try context()
        try context.set("x", to: [1, 2, 3, 4])
        try context.run()
        return try context.scalar(name).isFinite
      }
    },
    EntryPoint("ExecutionContext.parameter(_ name: String)") { sweep in
      sweep.each(Hostile.names) { try context().parameter($0) }
    },
    EntryPoint("ExecutionContext.setParameters(_ tensors: [String: Tensor])") { sweep in
      sweep.each(try Hostile.tensorsByName) { try context().setParameters($0) }
    },
  ]
}
