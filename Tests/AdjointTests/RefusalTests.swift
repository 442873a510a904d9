import Adjoint
import TestSupport
import Testing

@Suite("What a user of the package is told")
struct RefusalTests {
  private func graph() throws -> Graph {
    let builder = GraphBuilder("sum")
    let x = builder.input("x", .f32, ["B", 3])
    let w = builder.parameter("w", .f32, [3])
    builder.output("y", (x * w).sum())
    return try builder.build()
  }

  private func diagnostic(_ body: () throws -> Void) -> Diagnostic? {
    do {
      try body()
      return nil
    } catch {
      return error as? Diagnostic
    }
  }

  @Test("a wrong shape names both shapes, the operator, the file and the line")
  func shapes() throws {
    let builder = GraphBuilder()
    let a = builder.input("a", .f32, [3, 4])
    let b = builder.input("b", .f32, [5])
    let infix = diagnostic { try refusing { a + b } }
    let infixLine = #line - 1
    #expect(infix?.code == .shapeMismatch)
    #expect(infix?.message.hasPrefix("add: ") == true)
    #expect(infix?.message.contains("f32[3, 4]") == true)
    #expect(infix?.message.contains("f32[5]") == true)
    #expect(infix?.location?.file.hasSuffix("RefusalTests.swift") == true)
    #expect(infix?.location?.line == infixLine)
    let named = diagnostic { try refusing { matmul(a, b) } }
    #expect(named?.location?.line == #line - 1)
    #expect(named?.message.contains("f32[3, 4]") == true)
    #expect(named?.message.contains("f32[5]") == true)
  }

  @Test("values of two builders do not mix")
  func builders() throws {
    let a = GraphBuilder("one").input("a", .f32, [3])
    let b = GraphBuilder("two").input("b", .f32, [3])
    #expect(
      diagnostic { try refusing { max(a, b) } }?.message.contains("belongs to the graph two")
        == true)
  }

  @Test("named dimensions must be bound, and only those there are")
  func dimensions() throws {
    let graph = try graph()
    #expect(diagnostic { _ = try graph.compiled() }?.code == .unboundDimension)
    let unknown = diagnostic {
      _ = try graph.compiled(CompilationOptions(dimensions: ["C": 3]))
    }
    #expect(unknown?.code == .unknownName)
    #expect(unknown?.message.contains("it has B") == true)
    let negative = diagnostic {
      _ = try graph.compiled(CompilationOptions(dimensions: ["B": -1]))
    }
    #expect(negative?.code == .invalidArgument)
  }

  @Test("a huge dimension is refused before memory is asked for")
  func hugeDimension() throws {
    let graph = try graph()
    let large = diagnostic {
      _ = try graph.compiled(CompilationOptions(dimensions: ["B": 1 << 40]))
    }
    #expect(large?.code == .memoryLimit)
    let overflowing = diagnostic {
      _ = try graph.compiled(CompilationOptions(dimensions: ["B": .max / 4]))
    }
    #expect(overflowing?.code == .invalidType)
  }

  @Test("missing, misnamed and misshapen inputs")
  func inputs() throws {
    let context = try graph().compiled(CompilationOptions(dimensions: ["B": 2])).makeContext()
    let missing = diagnostic { try context.run() }
    #expect(missing?.code == .missingInput)
    #expect(missing?.description.contains("x: f32[2, 3]") == true)
    let unknown = diagnostic { try context.set("z", to: [1, 2]) }
    #expect(unknown?.code == .unknownName)
    let shape = diagnostic { try context.set("x", to: Tensor([1, 2, 3] as [Float])) }
    #expect(shape?.code == .shapeMismatch)
    #expect(shape?.message.contains("f32[2, 3]") == true)
    #expect(shape?.message.contains("f32[3]") == true)
    let type = diagnostic {
      try context.set("x", to: Tensor(.f64([1, 2, 3, 4, 5, 6]), extents: [2, 3]))
    }
    #expect(type?.code == .scalarTypeMismatch)
    let count = diagnostic { try context.set("x", to: [1, 2, 3]) }
    #expect(count?.code == .shapeMismatch)
    for ask in [
      { _ = try context.output("y") }, { _ = try context.scalar("y") },
    ] as [() throws -> Void] {
      let early = diagnostic { try ask() }
      #expect(early?.code == .notRun)
      #expect(early?.message.contains("output y: f32[] is asked for before the first run") == true)
    }
    try context.set("x", to: [1, 2, 3, 4, 5, 6])
    #expect(diagnostic { _ = try context.output("y") }?.code == .notRun)
    try context.set("w", to: Tensor([1, 0, 2] as [Float]))
    try context.run()
    #expect(try context.scalar("y") == 23)
    #expect(diagnostic { _ = try context.output("x") }?.code == .unknownName)
  }

  @Test("names must be identifiers, and unique")
  func names() throws {
    let builder = GraphBuilder()
    let a = builder.input("a", .f32, [3])
    func mistake(_ body: () -> Void) -> Diagnostic.Code? {
      body()
      return builder.takeMistakes()?.code
    }
    #expect(mistake { _ = builder.input("a", .f32, [3]) } == .duplicateName)
    #expect(mistake { _ = builder.input("1 a", .f32, [3]) } == .invalidArgument)
    #expect(mistake { exp(a).named("a") } == .duplicateName)
    #expect(mistake { builder.output("y", a) } == nil)
    #expect(mistake { builder.output("y", a) } == .duplicateName)
    #expect(mistake { builder.update(a, to: a) } == .invalidArgument)
    #expect(diagnostic { _ = try GraphBuilder().build() }?.code == .invalidGraph)
  }
}
