import AdjointCore
import AdjointGraph
import AdjointOperators
import Testing

/// Every name that the builder accepts is written and read back, wherever a graph has names.
@Suite struct IdentifierTests {
  /// Names of which some are none, some are words of the format, and some are at the limit.
  static let candidates: [String] =
    [
      "x", "_", "x.1", "_0.y", "X", "a__b..c", "input", "output", "parameter", "update", "graph",
      "adjoint", "literal", "zeros", "true", "false", "f32", "bool", "inf", "nan", "add", "e1",
      "NaN",
      "Inf", "infinity", "node", "operand",
    ] + [
      "", "1", "12", "1x", ".x", "-x", "-inf", "x y", "x#1", "%x", "x,", "x=1", "x\n", "x\t",
      "\"x\"",
      "ä", "x\u{301}", "x\u{0}", "x//y", "x:", "(x)", "{", "a-b", "\u{feff}x",
    ] + [
      String(repeating: "n", count: GraphLimits.nameBytes),
      String(repeating: "n", count: GraphLimits.nameBytes + 1),
      "_" + String(repeating: "9", count: 4000),
    ]

  /// The graph that a part builds, or nil where the builder refuses the name.
  private func built(
    _ name: String = "g", _ part: (GraphBuilder) throws(Diagnostic) -> Void
  ) -> Graph? {
    let builder = GraphBuilder(name)
    do throws(Diagnostic) {
      try part(builder)
      if builder.outputs.isEmpty {
        builder.output("out", builder.value(ValueID(node: builder.nodes.count - 1)))
      }
      return try builder.build()
    } catch {
      #expect([.invalidArgument, .invalidType].contains(error.code), "\(error)")
      return nil
    }
  }

  private func expectRoundTrip(_ graph: Graph?, _ name: String, accepts: Bool) throws {
    #expect((graph != nil) == accepts, "'\(name.prefix(40))'")
    guard let graph else { return }
    try GraphVerifier.verify(graph)
    let again = try parsed(graph.description)
    #expect(again.isEquivalent(to: graph), "'\(name.prefix(40))'")
    #expect(again.name == graph.name)
  }

  @Test(arguments: candidates) func everyPlaceOfAName(_ name: String) throws {
    let accepts = Identifier.isValid(name)
    try expectRoundTrip(
      built(name) { (builder) throws(Diagnostic) in _ = builder.input("x_", .f32, [2]) },
      name, accepts: accepts)
    try expectRoundTrip(
      built { (builder) throws(Diagnostic) in _ = builder.input(name, .f32, [2]) },
      name, accepts: accepts)
    try expectRoundTrip(
      built { (builder) throws(Diagnostic) in _ = builder.parameter(name, .f32, [2]) },
      name, accepts: accepts)
    try expectRoundTrip(
      built { (builder) throws(Diagnostic) in
        tanh(builder.input("x_", .f32, [2])).named(name)
      }, name, accepts: accepts)
    try expectRoundTrip(
      built { (builder) throws(Diagnostic) in
        builder.output(name, builder.input("x_", .f32, [2]))
      }, name, accepts: accepts)
  }

  @Test(arguments: candidates) func dimensions(_ name: String) throws {
    let accepts = Identifier.isValidDimension(name)
    let shape = Shape([.named(name), 2])
    try expectRoundTrip(
      built { (builder) throws(Diagnostic) in _ = builder.input("x_", .f32, shape) },
      name, accepts: accepts)
    try expectRoundTrip(
      built { (builder) throws(Diagnostic) in _ = builder.parameter("x_", .f32, shape) },
      name, accepts: accepts)
    // A name that first appears in an attribute.
    try expectRoundTrip(
      built { (builder) throws(Diagnostic) in
        _ = builder.input("x_", .f32, []).expanded(to: shape)
      }, name, accepts: accepts)
  }

  @Test func namesThatTheRuleRefusesAreQuotedInPart() {
    let long = String(repeating: "n", count: 5000)
    #expect(Identifier.fault(in: "ok", "a name") == nil)
    #expect(Identifier.fault(in: long, "a name")?.contains("5000") == true)
    #expect((Identifier.fault(in: long, "a name") ?? long).utf8.count < 300)
    #expect(
      Identifier.fault(in: "a b", "a name")
        == "a name is letters, digits, _ and ., beginning with a letter or _, and 'a b' is not")
  }
}
