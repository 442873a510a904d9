import AdjointGraph
import AdjointOperators
import AdjointPasses
import Testing

@Suite("Patterns")
struct PatternTests {
  private static let x = Pattern.variable("x")
  private static let y = Pattern.variable("y")

  private static func sum(_ left: Pattern, _ right: Pattern) -> Pattern {
    .applying(Add(), to: [left, right], order: .either)
  }

  private static func product(_ left: Pattern, _ right: Pattern) -> Pattern {
    .applying(Multiply(), to: [left, right], order: .either)
  }

  private static func sine(_ x: Pattern) -> Pattern { .applying(Sin(), to: [x]) }

  /// The labels of the values that the variables stand for, of the last node of a graph.
  private static func match(
    _ pattern: Pattern, _ variables: [Pattern], _ build: (Value, Value) -> Value
  ) throws -> [String]? {
    let builder = GraphBuilder("patterns")
    let a = builder.input("a", .f64, [2])
    let b = builder.input("b", .f64, [2])
    let value = build(a, b)
    let operation = try #require(builder.node(value.id.node).operation)
    nonisolated(unsafe) var found: [String]?
    let rewrite = Rewrite(pattern, to: "itself") { match in
      found = variables.map { match.builder.label(of: match[$0].id.node) }
      return match.operands.first
    }
    _ = rewrite.apply(
      Rewrite.Site(
        operation: operation, operands: value.operands, resultTypes: [value.type]))
    return found
  }

  @Test("print as formulas, with the brackets that say how they are nested")
  func text() {
    let (x, y) = (Self.x, Self.y)
    #expect("\(Self.sum(x, Self.sum(x, y)))" == "x + (x + y)")
    #expect("\(Self.sum(Self.product(x, y), y))" == "x · y + y")
    #expect("\(Self.product(x, Self.sum(x, y)))" == "x · (x + y)")
    let negative = Pattern.applying(Negate(), to: [x])
    #expect("\(Self.sum(y, negative))" == "y + (−x)")
    #expect("\(Pattern.applying(Negate(), to: [negative]))" == "−(−x)")
    #expect("\(Pattern.applying(Abs(), to: [negative]))" == "|−x|")
    #expect("\(Pattern.any(Transpose.self, of: [Self.sine(x)]))" == "transpose(sin(x))")
    #expect("\(Pattern.any(Concatenate.self, of: nil))" == "concatenate(…)")
    #expect("\(Self.sine(x).byName)" == "sin(x)")
    #expect("\(Pattern.beneath([Reshape.self], Self.sine(x)))" == "sin(x)")
  }

  @Test("a variable that is there twice is the same value")
  func twice() throws {
    let pattern = Self.product(Self.x, Self.x)
    #expect(try Self.match(pattern, [Self.x]) { a, _ in a * a } == ["a"])
    #expect(try Self.match(pattern, [Self.x]) { a, b in a * b } == nil)
    let equal = Self.product(Self.sine(Self.x), Self.x)
    #expect(try Self.match(equal, [Self.x]) { a, _ in sin(a) * a } == ["a"])
    #expect(try Self.match(equal, [Self.x]) { a, b in b * sin(b) } == ["b"])
    #expect(try Self.match(equal, [Self.x]) { a, b in sin(a) * b } == nil)
  }

  @Test("each operand order is tried, the one written first, inner ones before outer ones")
  func orders() throws {
    let pattern = Self.sum(Self.x, Self.y)
    #expect(try Self.match(pattern, [Self.x, Self.y]) { a, b in b + a } == ["b", "a"])
    // Only with both exchanged is the x in both places one value.
    let nested = Self.sum(Self.x, Self.product(Self.x, Self.sine(Self.y)))
    for form: (Value, Value) -> Value in [
      { a, b in a + a * sin(b) }, { a, b in a + sin(b) * a }, { a, b in a * sin(b) + a },
      { a, b in sin(b) * a + a },
    ] {
      #expect(try Self.match(nested, [Self.x, Self.y], form) == ["a", "b"])
    }
    #expect(try Self.match(nested, [Self.x]) { a, b in b + a * sin(b) } == nil)
  }

  @Test("what is beneath others, and either of two")
  func beneath() throws {
    let pattern = Self.product(Self.x, .beneath([Negate.self, Abs.self], Self.sine(Self.y)))
    #expect(
      try Self.match(pattern, [Self.x, Self.y]) { a, b in a * -abs(-sin(b)) } == ["a", "b"])
    #expect(try Self.match(pattern, [Self.x]) { a, b in a * exp(sin(b)) } == nil)
    let either = Self.product(
      Self.x, .either(Self.sine(Self.y), .applying(Cos(), to: [Self.y])))
    #expect(try Self.match(either, [Self.x, Self.y]) { a, b in cos(b) * a } == ["a", "b"])
    #expect(try Self.match(either, [Self.x]) { a, b in tan(b) * a } == nil)
  }

  @Test("another number of operands is another node")
  func operandCount() throws {
    let one = Pattern.any(Concatenate.self, of: [Self.x])
    #expect(try Self.match(one, [Self.x]) { a, _ in concatenate([a], axis: 0) } == ["a"])
    #expect(try Self.match(one, [Self.x]) { a, b in concatenate([a, b], axis: 0) } == nil)
    let any = Pattern.any(Concatenate.self, of: nil)
    #expect(try Self.match(any, []) { a, b in concatenate([a, b], axis: 0) } == [])
  }

  @Test("a rewrite that reads what its pattern does not have is a mistake of the graph")
  func mistakes() throws {
    let builder = GraphBuilder("mistakes")
    let x = builder.input("x", .f64, [2])
    builder.rewrites = RewriteTable([
      Rewrite(Self.sine(Self.x), to: Self.y), Rewrite(Self.x, to: Self.x),
    ])
    builder.output("y", sin(x))
    #expect(throws: (any Error).self) { try builder.build() }
  }
}
