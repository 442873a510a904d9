import Adjoint
import AllocationCounting
import Testing

@Suite("Inputs and outputs in place")
struct ContextSpanTests {
  private func context() throws -> ExecutionContext {
    let builder = GraphBuilder("spans")
    let x = builder.input("x", .f32, [2, 3])
    let keep = builder.input("keep", .bool, [3])
    builder.output("y", x * 2)
    builder.output("kept", keep)
    return try builder.build().compiled().makeContext()
  }

  @Test("are written and read as spans")
  func values() throws {
    let context = try context()
    try context.withInput("x", as: Float.self) { (span: inout MutableSpan<Float>) in
      #expect(span.count == 6)
      for place in span.indices { span[place] = Float(place) }
    }
    try context.withInput("keep", as: Bool.self) { (span: inout MutableSpan<Bool>) in
      span[1] = true
    }
    try context.run()
    let sum = try context.withOutput("y", as: Float.self) { (span: Span<Float>) in
      #expect(span.count == 6)
      return span.indices.reduce(0) { $0 + span[$1] }
    }
    #expect(sum == 30)
    #expect(try context.output("y").floats == [0, 2, 4, 6, 8, 10])
    #expect(try context.output("kept").storage == .bool([false, true, false]))
    // What is not written again stays.
    try context.withInput("x", as: Float.self) { (span: inout MutableSpan<Float>) in
      span[5] = -1
    }
    try context.run()
    #expect(try context.output("y").floats == [0, 2, 4, 6, 8, -2])
  }

  @Test("take no memory")
  func allocations() throws {
    let context = try context()
    try context.set("keep", to: [true, true, false])
    func transfer() throws -> Int64 {
      let before = adjoint_thread_allocation_count()
      try context.withInput("x", as: Float.self) { (span: inout MutableSpan<Float>) in
        for place in span.indices { span[place] = 1 }
      }
      try context.run()
      try context.withOutput("y", as: Float.self) { (span: Span<Float>) throws(Diagnostic) in
        if span[0] != 2 { throw Diagnostic(.notFinite, "\(span[0])") }
      }
      return adjoint_thread_allocation_count() - before
    }
    _ = try transfer()
    #expect(try transfer() == 0)
  }

  @Test("are refused where the name or the type is wrong, and before the first run")
  func mistakes() throws {
    let context = try context()
    #expect(
      code {
        try context.withInput("x", as: Double.self) { (_: inout MutableSpan<Double>) in }
      } == .scalarTypeMismatch)
    #expect(
      code {
        try context.withInput("y", as: Float.self) { (_: inout MutableSpan<Float>) in }
      } == .unknownName)
    #expect(
      code { try context.withOutput("y", as: Float.self) { (_: Span<Float>) in } } == .notRun)
    #expect(
      code {
        try context.withInput("x", as: Float.self) {
          (_: inout MutableSpan<Float>) throws(Diagnostic) in
          throw Diagnostic(.syntax, "no numbers")
        }
      } == .syntax)
    // A body that throws has not given the input.
    #expect(code { try context.run() } == .missingInput)
    try context.set("x", to: [[1, 2, 3], [4, 5, 6]])
    try context.set("keep", to: [1, 0, 1])
    try context.run()
    #expect(
      code { try context.withOutput("y", as: Bool.self) { (_: Span<Bool>) in } }
        == .scalarTypeMismatch)
    #expect(
      code { try context.withOutput("x", as: Float.self) { (_: Span<Float>) in } } == .unknownName)
    #expect(try context.output("y").floats == [2, 4, 6, 8, 10, 12])
  }

  @Test("take literals in their own type")
  func literals() throws {
    let context = try context()
    try context.set("x", to: [1, 2, 3, 4, 5, 6.5])
    try context.set("keep", to: [true, false, true])
    try context.run()
    #expect(try context.output("y").floats == [2, 4, 6, 8, 10, 13])
    #expect(try context.output("kept").storage == .bool([true, false, true]))
    #expect(code { try context.set("keep", to: [1, 2, 0]) } == .invalidType)
    #expect(code { try context.set("keep", to: [0.5, 0, 0]) } == .scalarTypeMismatch)
    #expect(code { try context.set("x", to: [[1, 2], [3, 4], [5, 6]]) } == .shapeMismatch)
    #expect(code { try context.set("x", to: [1, 2]) } == .shapeMismatch)
    #expect(code { try context.set("x", to: [1e39, 1, 1, 1, 1, 1]) } == .invalidType)
    #expect(code { try context.set("z", to: [1, 2]) } == .unknownName)
    #expect(code { try context.set("x", to: 3) } == .shapeMismatch)
  }

  private func code(_ body: () throws -> Void) -> Diagnostic.Code? {
    do { try body() } catch { return (error as? Diagnostic)?.code }
    return nil
  }
}
