import Adjoint

extension EntryPoint {
  /// y = x·w with a named extent, a parameter and a loss.
  static func graph(_ extent: Dimension = "B") throws -> Graph {
    let builder = GraphBuilder("small")
    let x = builder.input("x", .f32, [extent, 2])
    let w = builder.parameter("w", .f32, [2, 3], .glorot)
    let y = matmul(x, w)
    builder.output("y", y)
    builder.output("loss", (y * y).sum())
    return try builder.build()
  }

  /// A parameter and an input that no memory holds.
  static func huge() throws -> Graph {
    let builder = GraphBuilder("huge")
    let x = builder.input("x", .f32, Shape(extents: [1 << 40]))
    let w = try builder.parameter(
      "w", .f32, Shape(extents: [1 << 40]), .normal(mean: 0, deviation: 1))
    builder.output("loss", (x * w).sum())
    return try builder.build()
  }

  static let building: [EntryPoint] = [
    EntryPoint("GraphBuilder.init(_ name: String)") { sweep in
      sweep.each(Hostile.names) { name in
        let builder = GraphBuilder(name)
        builder.output("y", builder.constant(1))
        return try Graph(text: builder.build().description)
      }
    },
    EntryPoint("GraphBuilder.input(_ name: String, _ scalarType: ScalarType, _ shape: Shape)") {
      sweep in
      sweep.each(Hostile.names) { GraphBuilder().input($0, .f32, []) }
      sweep.each(Hostile.shapes) { GraphBuilder().input("x", .f64, $0) }
    },
    EntryPoint(
      "GraphBuilder.parameter(_ name: String, _ scalarType: ScalarType, _ shape: Shape, "
        + "_ initializer: Initializer)"
    ) { sweep in
      sweep.each(Hostile.names) { GraphBuilder().parameter($0, .f32, []) }
      sweep.each(Hostile.shapes) { GraphBuilder().parameter("w", .f32, $0, .he) }
      for type in [ScalarType.f32, .f64, .i64, .bool] {
        sweep.each(Hostile.doubles, "\(type) uniform ") {
          try context(of: type, .uniform(from: $0, to: $0)).parameter("w")
        }
        sweep.each(Hostile.doubles, "\(type) normal ") {
          try context(of: type, .normal(mean: $0, deviation: $0)).parameter("w")
        }
        sweep.each(Hostile.doubles, "\(type) constant ") {
          try context(of: type, .constant($0)).parameter("w")
        }
        sweep.each(try Hostile.tensors, "\(type) literal ") {
          try context(of: type, .literal($0)).parameter("w")
        }
      }
    },
    EntryPoint("Initializer.constant(_ value: Integer)") { sweep in
      for type in ScalarType.allCases {
        sweep.each(Hostile.integers, "\(type) ") {
          GraphBuilder().parameter("w", type, [2], .constant($0))
        }
        sweep.call("\(type) 2^64 - 1") {
          GraphBuilder().parameter("w", type, [2], .constant(UInt64.max))
        }
      }
    },
    EntryPoint("GraphBuilder.output(_ name: String, _ value: Value)") { sweep in
      sweep.each(Hostile.names) { name in
        let sample = try Sample()
        sample.builder.output(name, sample.scalar)
        return try Graph(text: sample.builder.build().description)
      }
      sweep.call("twice") {
        let sample = try Sample()
        sample.builder.output("y", sample.scalar)
        sample.builder.output("y", sample.x)
        return sample.builder
      }
    },
    EntryPoint("Value.named(_ name: String)") { sweep in
      sweep.each(Hostile.names) { try (Sample().x + 1).named($0) }
      sweep.call("an input") { try Sample().x.named("other") }
    },
    EntryPoint("Graph.binding(_ extents: [String: Int])") { sweep in
      sweep.each(Hostile.extentsByName) { try graph().binding($0) }
    },
    EntryPoint("Graph.history(ofNode name: String)") { sweep in
      sweep.each(Hostile.names) { try graph().history(ofNode: $0).count }
    },
    EntryPoint("Graph.keeping(outputs names: [String])") { sweep in
      sweep.each(Hostile.names) { try graph().keeping(outputs: [$0]) }
      sweep.call("none") { try graph().keeping(outputs: []) }
      sweep.call("twice") { try graph().keeping(outputs: ["y", "y"]) }
    },
    EntryPoint("Graph.dimensions(from tensors: [String: Tensor], known: [String: Int])") { sweep in
      sweep.each(try Hostile.tensorsByName) { try graph().dimensions(from: $0) }
      sweep.each(Hostile.extentsByName) { try graph().dimensions(from: [:], known: $0) }
    },
    EntryPoint("Graph.text(of roles: Set<Provenance.Role?>)") { sweep in
      sweep.call("none") { try graph().text(of: []).isEmpty }
      sweep.call("all") { try graph().text(of: [nil, .tangent, .adjoint, .update]).isEmpty }
    },
    EntryPoint("Graph.init(contentsOf path: String)") { sweep in
      sweep.each(Hostile.paths) { try Graph(contentsOf: $0) }
    },
    EntryPoint("Graph.init(text: String, file: String)") { sweep in
      sweep.each(Hostile.names) { try Graph(text: $0, file: $0) }
      for number in ["99999999999999999999", "-1", "1e9", "nan", "9223372036854775807"] {
        sweep.call(number) {
          try Graph(text: "adjoint 1\ngraph g {\n  input %x: f32[\(number)]\n  output y = %x\n}\n")
        }
      }
    },
    EntryPoint("Graph.write(to path: String)") { sweep in
      sweep.each(Hostile.targets) { try graph().write(to: $0) }
    },
    EntryPoint("Pipeline.upTo(_ name: String)") { sweep in
      sweep.each(Hostile.names) { try Pipeline.standard.upTo($0) }
    },
  ]

  /// A context whose only parameter has two elements.
  private static func context(
    of type: ScalarType, _ initializer: Initializer
  ) throws -> ExecutionContext {
    let builder = GraphBuilder("parameter")
    builder.output("y", builder.parameter("w", type, [2], initializer))
    return try builder.build().compiled(CompilationOptions(threads: 1)).makeContext()
  }

  static let derivatives: [EntryPoint] = [
    EntryPoint(
      "Graph.differentiated(_ output: String, withRespectTo sources: [String], "
        + "mode: DifferentiationMode, options: DerivativeOptions)"
    ) { sweep in
      sweep.each(Hostile.names) { try graph().differentiated($0, withRespectTo: ["w"]) }
      sweep.each(Hostile.names, "by ") {
        try graph().differentiated("loss", withRespectTo: [$0], mode: .forward)
      }
      sweep.call("by none") { try graph().differentiated("loss", withRespectTo: []) }
      sweep.call("by one twice") { try graph().differentiated("loss", withRespectTo: ["w", "w"]) }
      sweep.call("huge") { try huge().differentiated("loss", withRespectTo: ["w"]) }
      sweep.call("a cotangent forwards") {
        try graph().differentiated(
          "loss", withRespectTo: ["w"], mode: .forward, options: .cotangents)
      }
    },
    EntryPoint(
      "Graph.differentiated(_ outputs: [String], withRespectTo sources: [String], "
        + "mode: DifferentiationMode, options: DerivativeOptions)"
    ) { sweep in
      sweep.each(Hostile.names) { try graph().differentiated(["y", $0], withRespectTo: ["w"]) }
      sweep.each(Hostile.names, "by ") {
        try graph().differentiated(["y", "loss"], withRespectTo: [$0], options: .zeros)
      }
      sweep.call("none") { try graph().differentiated([], withRespectTo: ["w"]) }
      sweep.call("twice") { try graph().differentiated(["y", "y"], withRespectTo: ["w"]) }
    },
    EntryPoint("DerivativeOptions.init(rawValue: Int)") { sweep in
      sweep.each(Hostile.integers) {
        try graph().differentiated(
          "loss", withRespectTo: ["w"], options: DerivativeOptions(rawValue: $0))
      }
    },
    EntryPoint(
      "Graph.differentiatedAsWritten(_ output: String, withRespectTo sources: [String], "
        + "mode: DifferentiationMode, options: DerivativeOptions)"
    ) { sweep in
      sweep.each(Hostile.names) { try graph().differentiatedAsWritten($0, withRespectTo: ["w"]) }
      sweep.each(Hostile.names, "by ") {
        try graph().differentiatedAsWritten("loss", withRespectTo: [$0])
      }
      sweep.call("by none") { try graph().differentiatedAsWritten("loss", withRespectTo: []) }
    },
    EntryPoint(
      "Graph.differentiatedAsWritten(_ outputs: [String], withRespectTo sources: [String], "
        + "mode: DifferentiationMode, options: DerivativeOptions)"
    ) { sweep in
      sweep.each(Hostile.names) {
        try graph().differentiatedAsWritten([$0, "loss"], withRespectTo: ["w"])
      }
      sweep.call("none") { try graph().differentiatedAsWritten([], withRespectTo: ["w"]) }
      sweep.call("twice") {
        try graph().differentiatedAsWritten(["y", "y"], withRespectTo: ["w"])
      }
    },
    EntryPoint(
      "Graph.differentiability(of outputs: [String]?, withRespectTo sources: [String]?)"
    ) { sweep in
      sweep.each(Hostile.names) { try graph().differentiability(of: [$0]) }
      sweep.each(Hostile.names, "by ") { try graph().differentiability(withRespectTo: [$0]) }
      sweep.call("none") { try graph().differentiability(of: [], withRespectTo: []) }
    },
    EntryPoint(
      "EvaluationTrace.init(of graph: Graph, output: String?, along direction: String?, "
        + "sources: [String: Tensor], seed: UInt64)"
    ) { sweep in
      try traces(sweep) { try EvaluationTrace(of: $0, output: $1, along: $2, sources: $3) }
    },
    EntryPoint(
      "EvaluationTrace.init(asWritten graph: Graph, output: String?, along direction: String?, "
        + "sources: [String: Tensor], seed: UInt64)"
    ) { sweep in
      try traces(sweep) { try EvaluationTrace(asWritten: $0, output: $1, along: $2, sources: $3) }
    },
    EntryPoint(
      "GradientCheck.init(of graph: Graph, output: String?, withRespectTo names: [String]?, "
        + "given: [String: Tensor], dimensions: [String: Int], seed: UInt64, "
        + "on engine: Engine)"
    ) { sweep in
      sweep.each(Hostile.names) { try GradientCheck(of: graph(), output: $0) }
      sweep.each(Hostile.names, "by ") { try GradientCheck(of: graph(), withRespectTo: [$0]) }
      sweep.each(try Hostile.tensorsByName) { try GradientCheck(of: graph(), given: $0) }
      sweep.each(Hostile.extentsByName) { try GradientCheck(of: graph(), dimensions: $0) }
      sweep.call("huge") { try GradientCheck(of: huge()) }
    },
  ]

  private static func traces(
    _ sweep: Sweep, _ trace: (Graph, String?, String?, [String: Tensor]) throws -> EvaluationTrace
  ) throws {
    let x = try Tensor([1, 2, 3, 4] as [Float], extents: [2, 2])
    sweep.each(Hostile.names) { try trace(graph(2), $0, nil, ["x": x]).rows.count }
    sweep.each(Hostile.names, "along ") { try trace(graph(2), nil, $0, ["x": x]).rows.count }
    sweep.each(try Hostile.tensorsByName) { try trace(graph(2), nil, nil, $0).rows.count }
    sweep.call("named") { try trace(graph(), nil, nil, ["x": x]).rows.count }
    sweep.call("huge") { try trace(huge(), nil, nil, [:]).rows.count }
    // Few elements, and 2³⁰ products of them.
    sweep.call("long") {
      let builder = GraphBuilder("long")
      let w = builder.parameter("w", .f32, [512, 512], .glorot)
      let wide = builder.parameter("wide", .f32, [512, 512], .glorot)
      builder.output("loss", matmul(w, wide).sum())
      return try trace(builder.build(), nil, nil, [:]).rows.count
    }
  }
}
