import AdjointCore
import AdjointGraph
import AdjointOperators
import Foundation
import TestSupport
import Testing

@Suite struct FunctionTests {
  /// A layer and a network that calls it twice, with other dimensions each time.
  static let network = """
    adjoint 2

    function layer {
      input %x: f64[B, n]
      input %w: f64[n, m]
      %0 = dot_general(%x, %w) {contract_left = [1], contract_right = [0]} : f64[B, m]
      %1 = tanh(%0) : f64[B, m]
      output y = %1
    }

    graph net {
      input %x: f64[K, 3]
      input %v: f64[3, 4]
      input %w: f64[4, 2]
      %h = call(%x, %v) {function = @layer} : f64[K, 4]
      %0 = call(%h, %w) {function = @layer} : f64[K, 2]
      output y = %0
    }

    """

  @Test func textIsReadBack() throws {
    let graph = try parsed(Self.network)
    #expect(graph.description == Self.network)
    try GraphVerifier.verify(graph)
    #expect(graph.functions.map(\.name) == ["layer"])
    #expect(graph.outputs.map(\.type) == [TensorType(.f64, ["K", 2])])
  }

  /// tanh(tanh(x v) w), by hand for one row.
  @Test func callsComputeTheBody() throws {
    let graph = try parsed(Self.network).binding(["K": 1])
    let v: [Double] = [1, 0, -1, 0.5, 0, 1, 0.25, -0.5, 2, 0, 0, 1]
    let w: [Double] = [1, -1, 0.5, 0, 0, 2, -0.25, 1]
    let x: [Double] = [0.5, -1, 0.25]
    let values = try GraphInterpreter.evaluate(
      graph,
      [
        "x": Tensor(.f64(x), extents: [1, 3]), "v": Tensor(.f64(v), extents: [3, 4]),
        "w": Tensor(.f64(w), extents: [4, 2]),
      ]
    ).outputs
    let hidden = (0..<4).map { j in
      Foundation.tanh((0..<3).reduce(0) { $0 + x[$1] * v[4 * $1 + j] })
    }
    let expected = (0..<2).map { j in
      Foundation.tanh((0..<4).reduce(0) { $0 + hidden[$1] * w[2 * $1 + j] })
    }
    for (value, wanted) in zip(try #require(values["y"]).doubles, expected) {
      #expect(abs(value - wanted) < 1e-15)
    }
  }

  @Test func functionsNestAndAreListedBehindWhatTheyCall() throws {
    let square = try Function("square", [TensorType(.f64, ["n"])]) { $0[0] * $0[0] }
    let fourth = try Function("fourth", [TensorType(.f64, ["n"])]) { square(square($0[0])) }
    let builder = GraphBuilder("g")
    let x = builder.input("x", .f64, [3])
    builder.output("y", fourth(x) + square(x))
    let graph = try builder.build()
    #expect(graph.functions.map(\.name) == ["square", "fourth"])
    let again = try parsed(graph.description)
    #expect(again.description == graph.description)
    #expect(again.functions == graph.functions)
    let y = try GraphInterpreter.evaluate(
      again, ["x": Tensor(.f64([1, -2, 3]), extents: [3])]
    ).outputs["y"]
    #expect(y?.doubles == [2, 20, 90])
  }

  /// Two functions of one name print under two.
  @Test func namesAreToldApart() throws {
    let first = try Function("f", [TensorType(.f64, [])]) { $0[0] + 1 }
    let second = try Function("f", [TensorType(.f64, [])]) { $0[0] * 2 }
    let builder = GraphBuilder("g")
    let x = builder.input("x", .f64, [])
    builder.output("y", second(first(x)))
    let graph = try builder.build()
    let text = graph.description
    #expect(text.contains("function f {") && text.contains("function f.2 {"))
    let y = try GraphInterpreter.evaluate(parsed(text), ["x": Tensor(.f64([3]), extents: [])])
      .outputs["y"]
    #expect(y?.doubles == [8])
  }

  @Test func severalResults() throws {
    let both = try Function(
      "both", [TensorType(.f64, ["n"])], results: { [$0[0] + 1, exp($0[0])] })
    let builder = GraphBuilder("g")
    let x = builder.input("x", .f64, [2])
    let values = builder.call(both, [x])
    builder.output("sum", values[0] + values[1])
    let graph = try builder.build()
    #expect(graph.description.contains("%0, %0#1 = call(%x) {function = @both} : f64[2], f64[2]"))
    let sum = try GraphInterpreter.evaluate(
      parsed(graph.description), ["x": Tensor(.f64([0, 1]), extents: [2])]
    ).outputs["sum"]
    #expect(sum?.doubles == [2, 2 + Foundation.exp(1)])
  }

  @Test func equalCallsAreMerged() throws {
    let bump = try Function("bump", [TensorType(.f64, ["n"])]) { exp(-($0[0] * $0[0])) }
    let same = try Function("bump", [TensorType(.f64, ["n"])]) { exp(-($0[0] * $0[0])) }
    let other = try Function("bump", [TensorType(.f64, ["n"])]) { exp(-($0[0] * 2)) }
    #expect(bump == same)
    #expect(bump != other)
    let builder = GraphBuilder("g")
    builder.mergesEqualNodes = true
    let x = builder.input("x", .f64, [2])
    #expect(bump(x).isIdentical(to: same(x)))
    #expect(!bump(x).isIdentical(to: other(x)))
  }

  @Test func graphvizFramesFunctions() throws {
    let text = DOTPrinter.text(of: try parsed(Self.network))
    #expect(text.contains("subgraph cluster_0 {\n    label = \"@layer\";"))
    #expect(text.contains("f0n0 -> f0n2;"))
    #expect(text.contains("n3 -> n4;"))
  }

  static let refusals: [Refusal] = [
    Refusal(
      "adjoint 1\nfunction f {\n", .syntax, 2, 1, "version 2", "`adjoint 2`"),
    Refusal(
      "adjoint 2\nfunction f {\n  input %x: f64[]\n", .syntax, 4, 1, "function f", "truncated"),
    Refusal(
      "adjoint 2\nfunction f {\n  input %x: f64[]\n  %0 = call(%x) {function = @f} : f64[]\n",
      .invalidGraph, 4,
      30, "calls itself", "no recursion"),
    Refusal(
      "adjoint 2\nfunction f {\n  input %x: f64[]\n  %0 = call(%x) {function = @g} : f64[]\n",
      .unknownName, 4,
      30, "no function g", "above"),
    Refusal(
      "adjoint 2\nfunction f {\n  input %x: f64[]\n  output y = %x\n}\nfunction f {\n",
      .duplicateName, 6, 10,
      "function f"),
    Refusal(
      "adjoint 2\nfunction f {\n  input %x: f64[]\n}\ngraph g {\n", .invalidGraph, 2, 10,
      "computes nothing"),
    Refusal(
      "adjoint 2\nfunction f {\n  parameter %w: f64[] = zeros\n  output y = %w\n}\ngraph g {\n",
      .invalidGraph, 2,
      10, "parameter w", "operand"),
    Refusal(
      "adjoint 2\nfunction f {\n  input %x: f64[]\n  output y = %x\n}\n", .syntax, 6, 1, "graph",
      "truncated"),
    Refusal(
      "adjoint 2\nfunction f (vjp) {\n", .syntax, 2, 16, "'='"),
    Refusal(
      "adjoint 2\nfunction f (gradient = @g) {\n", .syntax, 2, 13, "vjp or jvp"),
    Refusal(
      "adjoint 2\nfunction f (vjp = @g) {\n", .unknownName, 2, 20, "no function g"),
    .calling("call(%x)", .invalidAttribute, 8, "function is missing"),
    .calling("call(%x) {function = 3}", .invalidAttribute, 8, "a function such as @layer"),
    .calling("call(%x) {function = @}", .syntax, 30, "name of a function"),
    .calling("call(%x, %x) {function = @f}", .invalidArgument, 8, "f takes 1 operand, not 2"),
    .calling(
      "call(%i) {function = @f}", .scalarTypeMismatch, 8, "takes x: f64[n, n], not i32[2, 2]"),
    .calling("call(%x) {function = @f}", .shapeMismatch, 8, "takes x: f64[n, n]", "not f64[2, 3]"),
    .calling("exp(%x) {function = @f}", .invalidAttribute, 8, "no attribute function"),
  ]

  @Test(arguments: refusals) func wrongFunctionsAreRefused(_ refusal: Refusal) { refusal.check() }

  /// Forty functions, each of which calls the one before it twice, stand for 2⁴⁰ nodes.
  @Test func whatIsTooMuchWrittenOutIsRefused() throws {
    var text =
      "adjoint 2\nfunction f0 {\n  input %x: f64[]\n  %0 = exp(%x) : f64[]\n  output y = %0\n}\n"
    for number in 1...40 {
      text += """
        function f\(number) {
          input %x: f64[]
          %0 = call(%x) {function = @f\(number - 1)} : f64[]
          %1 = call(%0) {function = @f\(number - 1)} : f64[]
          output y = %1
        }

        """
    }
    text += "graph g {\n  input %x: f64[]\n  output y = %x\n}\n"
    #expect { try parsed(text) } throws: { error in
      let error = error as? Diagnostic
      return error?.code == .memoryLimit && error?.message.contains("16777216 nodes") == true
    }
  }

  @Test func callsNestedTooDeepAreRefused() throws {
    var function = try Function("f0", [TensorType(.f64, [])]) { $0[0] + 1 }
    for depth in 2...Function.maximumDepth {
      let inner = function
      function = try Function("f\(depth)", [TensorType(.f64, [])]) { inner($0[0]) }
    }
    let last = function
    #expect { try Function("g", [TensorType(.f64, [])]) { last($0[0]) } } throws: { error in
      (error as? Diagnostic)?.code == .memoryLimit
    }
  }

  @Test func mistakesOfCalls() throws {
    let f = try Function("f", [TensorType(.f64, ["n"]), TensorType(.f64, ["n"])]) { $0[0] + $0[1] }
    let two = try Function("two", [TensorType(.f64, ["n"])], results: { [$0[0], $0[0]] })
    let builder = GraphBuilder("g")
    let x = builder.input("x", .f64, [3])
    let y = builder.input("y", .f64, [4])
    #expect(throws: Diagnostic.self) { try refusing { f(x, y) } }
    #expect { try refusing { f(x, y) } } throws: {
      ($0 as? Diagnostic)?.message.contains("f takes x1: f64[n], here f64[3], not f64[4]") == true
    }
    #expect { try refusing { two(x) } } throws: {
      ($0 as? Diagnostic)?.message.contains("two has 2 results") == true
    }
    #expect { try refusing { f([]) } } throws: {
      ($0 as? Diagnostic)?.message.contains("without operands") == true
    }
    #expect { try Function("f", [TensorType(.f64, [3])]) { _ in x } } throws: {
      ($0 as? Diagnostic)?.message.contains("belongs to the graph g") == true
    }
  }
}

extension Refusal {
  /// A refusal in the ninth line, behind a function of square matrices and inputs of f64[2, 3] and i32[2, 2].
  fileprivate static func calling(
    _ call: String, _ code: Diagnostic.Code, _ column: Int, _ words: String...
  ) -> Refusal {
    var refusal = Refusal(
      """
      adjoint 2
      function f {
        input %x: f64[n, n]
        output y = %x
      }
      graph g {
        input %x: f64[2, 3]
        input %i: i32[2, 2]
        %0 = \(call) : f64[2, 2]
        output y = %0
      }
      """, code, 9, column)
    refusal.words = words
    return refusal
  }
}
