import AdjointCore
import AdjointGraph
import AdjointOperators
import Testing

@Suite struct GraphPrinterTests {
  private let text = """
    adjoint 1

    graph small {
      input %x: f32[B, 3]
      parameter %w: f32[3] = he
      %0 = broadcast(%w) {shape = [B, 3], axes = [1]} : f32[B, 3]
      %y = multiply(%x, %0) : f32[B, 3]
      %1 = reduce_sum(%y) {axes = [0, 1]} : f32[]
      output total = %1
    }

    """

  @Test func goldenText() throws {
    let builder = GraphBuilder("small")
    let x = builder.input("x", .f32, ["B", 3])
    let w = builder.parameter("w", .f32, [3], .he)
    builder.output("total", (x * w).named("y").sum())
    let graph = try builder.build()
    #expect(graph.description == text)
    #expect(graph.label(of: 2) == "0")
    #expect(graph.label(of: 4) == "1")
  }

  @Test func numbersInAnyOrderCommentsAndLineEndsDoNotMatter() throws {
    let sloppy = """
      adjoint 1 // the version\r
      // a comment\r
      graph small{\r
      \tinput %x:f32[B,3]//x\r

      parameter   %w  : f32[ 3 ] = he\r
      %77=broadcast(%w){shape=[B,3],axes=[1]}:f32[B,3]\r
      %y = multiply(%x, %77) {} : f32[B, 3]\r
      %5 = reduce_sum(%y) {axes = [0, 1]} : f32[]\r
      output total = %5 }
      // the end
      """
    #expect(try parsed(sloppy).description == text)
    #expect(try parsed("\u{feff}" + text).description == text)
  }

  @Test func nodesKnowTheirPlaces() throws {
    let graph = try parsed(text)
    #expect(graph.nodes[0].location == SourceLocation(file: "g.graph", line: 4, column: 3))
    #expect(graph.nodes[4].location == SourceLocation(file: "g.graph", line: 8, column: 3))
  }

  @Test func aLongTextComesInParts() throws {
    let builder = GraphBuilder("long")
    var value = builder.input("x", .f32, [8])
    for _ in 0..<40_000 { value = tanh(value) }
    builder.output("y", value)
    let graph = try builder.build()
    var parts: [[UInt8]] = []
    try GraphPrinter.write(graph) { parts.append($0) }
    #expect(parts.count > 1)
    #expect(String(decoding: parts.joined(), as: UTF8.self) == graph.description)
  }

  @Test func whatWouldNotBeReadIsNotWritten() throws {
    let graph = try parsed(text)
    let byteCount = graph.description.utf8.count
    try GraphPrinter.write(graph, byteLimit: byteCount) { #expect($0.count == byteCount) }
    let error = #expect(throws: Diagnostic.self) {
      try GraphPrinter.write(graph, byteLimit: byteCount - 1) { _ in Issue.record("written") }
    }
    #expect(error?.code == .memoryLimit)
  }

  @Test func partsAndCounts() throws {
    let graph = try parsed(
      file(
        "input %x: f64[]", "%y = sin(%x) : f64[]",
        "%0 = cos(%x) : f64[] @adjoint(node = \"y\", rule = \"sin\", operand = 0)",
        "%1 = add(%0, %0) : f64[] @accumulation(node = \"x\", rule = \"sin\")",
        "output y = %y", "output d = %1"))
    let printer = GraphPrinter(graph)
    #expect(printer.counts == "4 nodes: 2 forward, 1 adjoint, 1 accumulation")
    #expect(
      printer.text(of: [nil]) == """
        // 4 nodes: 2 forward, 1 adjoint, 1 accumulation
        adjoint 1

        graph g {
          input %x: f64[]
          %y = sin(%x) : f64[]
          output y = %y
        }

        """)
    #expect(
      printer.text(of: [.adjoint, .accumulation]) == """
        // 4 nodes: 2 forward, 1 adjoint, 1 accumulation
        adjoint 1

        graph g {
          %0 = cos(%x) : f64[] @adjoint(node = "y", rule = "sin", operand = 0)
          %1 = add(%0, %0) : f64[] @accumulation(node = "x", rule = "sin")
          output d = %1
        }

        """)
  }
}
