import Adjoint
import AdjointGraph
import Testing

@Suite("What generators of graphs ask of derivatives")
struct DerivativeOptionTests {
  /// Two scalars and a matrix of two inputs and a parameter; nothing reads `apart` but `other`.
  private static let text = """
    adjoint 1
    graph many {
      input %x: f64[B, 2]
      input %apart: f64[B]
      input %n: i32[B]
      parameter %w: f64[2] = literal [3.0, 5.0]
      %rows = broadcast(%w) {shape = [B, 2], axes = [1]} : f64[B, 2]
      %y = multiply(%x, %rows) : f64[B, 2]
      %sum = reduce_sum(%y) {axes = [0, 1]} : f64[]
      %z = multiply(%y, %y) : f64[B, 2]
      %squares = reduce_sum(%z) {axes = [0, 1]} : f64[]
      %kept = stop_gradient(%apart) : f64[B]
      %other = reduce_sum(%kept) {axes = [0]} : f64[]
      output y = %y
      output sum = %sum
      output squares = %squares
      output other = %other
    }
    """

  private static func graph() throws -> Graph { try Graph(text: text) }

  private static func outputs(
    _ graph: Graph, _ more: [String: Tensor] = [:]
  ) throws -> [String: Tensor] {
    let sources: [String: Tensor] = try [
      "x": Tensor([1.0, 2.0, -1.0, 0.5], extents: [2, 2]), "apart": Tensor([7.0, 8.0]),
      "n": Tensor([Int32(1), 2]), "w": Tensor([3.0, 5.0]),
    ].merging(more) { $1 }
    return try graph.compiled(CompilationOptions(dimensions: ["B": 2]))(sources)
  }

  @Test("zeros stand where no path leads", arguments: [true, false])
  func zeros(_ asWritten: Bool) throws {
    let graph = try Self.graph()
    for output in ["sum", "other"] {
      let error = #expect(throws: Diagnostic.self) {
        try graph.differentiated(output, withRespectTo: ["x", "apart", "w"])
      }
      #expect(error?.code == .notDifferentiable)
    }
    func derivative(_ output: String, _ mode: DifferentiationMode) throws -> Graph {
      let sources = ["x", "apart", "w"]
      return asWritten
        ? try graph.differentiatedAsWritten(
          output, withRespectTo: sources, mode: mode, options: .zeros)
        : try graph.differentiated(output, withRespectTo: sources, mode: mode, options: .zeros)
    }
    let reverse = try derivative("sum", .reverse)
    #expect(reverse.outputs.first { $0.name == "gradient.apart" }?.type.description == "f64[B]")
    let sum = try Self.outputs(reverse)
    #expect(sum["gradient.x"]?.doubles == [3, 5, 3, 5])
    #expect(sum["gradient.apart"]?.doubles == [0, 0])
    #expect(sum["gradient.w"]?.doubles == [0, 2.5])
    let other = try Self.outputs(derivative("other", .reverse))
    #expect(other["gradient.x"]?.doubles == [0, 0, 0, 0])
    #expect(other["gradient.apart"]?.doubles == [0, 0])
    let tangents: [String: Tensor] = try [
      "tangent.x": Tensor([1.0, 1, 1, 1], extents: [2, 2]), "tangent.apart": Tensor([1.0, 1]),
      "tangent.w": Tensor([0.0, 0]),
    ]
    #expect(
      try Self.outputs(derivative("sum", .forward), tangents)["tangent.sum"]?.scalar == 16)
    #expect(
      try Self.outputs(derivative("other", .forward), tangents)["tangent.other"]?.scalar == 0)
  }

  @Test("zeros are of the extents that a compilation gives, 0 among them")
  func noRows() throws {
    let graph = try Self.graph().differentiated(
      ["sum", "other"], withRespectTo: ["x", "apart"], options: .zeros)
    let results = try graph.compiled(CompilationOptions(dimensions: ["B": 0]))([
      "x": Tensor([Double](), extents: [0, 2]), "apart": Tensor([Double]()),
      "n": Tensor([Int32]()),
    ])
    #expect(results["gradient.other.x"]?.extents == [0, 2])
    #expect(results["gradient.sum.apart"]?.extents == [0])
  }

  @Test("what is not floating point has no derivative, not even one of zeros")
  func wholeNumbers() throws {
    let error = #expect(throws: Diagnostic.self) {
      try Self.graph().differentiated("sum", withRespectTo: ["x", "n"], options: .zeros)
    }
    #expect(error?.code == .notDifferentiable)
    #expect(error?.notes == ["n is i32[B], which carries no derivative at text:5:3"])
  }

  @Test("each of several outputs has its gradients and its cotangent")
  func severalOutputs() throws {
    let graph = try Self.graph().differentiated(
      ["sum", "squares", "y"], withRespectTo: ["x", "w"])
    #expect(
      graph.outputs.map(\.name).dropFirst(4)
        == [
          "gradient.sum.x", "gradient.sum.w", "gradient.squares.x", "gradient.squares.w",
          "gradient.y.x", "gradient.y.w",
        ])
    #expect(graph.inputs.map(\.name) == ["x", "apart", "n", "cotangent.y"])
    let results = try Self.outputs(
      graph, ["cotangent.y": Tensor([1.0, 0, 0, 2], extents: [2, 2])])
    #expect(results["gradient.sum.x"]?.doubles == [3, 5, 3, 5])
    #expect(results["gradient.squares.x"]?.doubles == [18, 100, -18, 25])
    #expect(results["gradient.squares.w"]?.doubles == [12, 42.5])
    #expect(results["gradient.y.x"]?.doubles == [3, 0, 0, 10])
    // The names of one output are those it has always had.
    #expect(
      try Self.graph().differentiated(["sum"], withRespectTo: ["x"]).description
        == Self.graph().differentiated("sum", withRespectTo: ["x"]).description)
  }

  @Test("forward mode carries several outputs along the same tangents")
  func severalTangents() throws {
    let graph = try Self.graph().differentiated(
      ["sum", "squares"], withRespectTo: ["x"], mode: .forward)
    #expect(graph.outputs.map(\.name).dropFirst(4) == ["tangent.sum", "tangent.squares"])
    let results = try Self.outputs(
      graph, ["tangent.x": Tensor([1.0, 0, 0, 2], extents: [2, 2])])
    #expect(results["tangent.sum"]?.scalar == 13)
    #expect(results["tangent.squares"]?.scalar == 68)
  }

  @Test("names that are taken get a number")
  func takenNames() throws {
    var graph = try Self.graph().differentiated(["sum", "squares"], withRespectTo: ["x"])
    graph = try graph.differentiated(["sum", "squares"], withRespectTo: ["x"])
    #expect(
      graph.outputs.map(\.name).suffix(2) == ["gradient.sum.x.2", "gradient.squares.x.2"])
  }

  @Test("what stands in the way of several outputs is listed with each")
  func severalObstacles() throws {
    let error = #expect(throws: Diagnostic.self) {
      try Self.graph().differentiated(["sum", "other"], withRespectTo: ["x", "apart"])
    }
    #expect(error?.message.hasPrefix("sum, other cannot be differentiated") == true)
    #expect(error?.notes.count == 3)
    #expect(error?.notes.first == "sum does not depend on apart")
    #expect(error?.notes.last?.hasPrefix("other with respect to apart: %kept") == true)
  }

  @Test("a cotangent of a scalar is an input on request")
  func scalarCotangent() throws {
    let graph = try Self.graph().differentiated(
      ["sum", "squares"], withRespectTo: ["x"], options: .cotangents)
    #expect(
      graph.inputs.map(\.name) == ["x", "apart", "n", "cotangent.sum", "cotangent.squares"])
    let results = try Self.outputs(
      graph,
      [
        "cotangent.sum": Tensor(scalar: -2, .f64), "cotangent.squares": Tensor(scalar: 0.5, .f64),
      ])
    #expect(results["gradient.sum.x"]?.doubles == [-6, -10, -6, -10])
    #expect(results["gradient.squares.x"]?.doubles == [9, 50, -9, 12.5])
    // Differentiated once more, it is a source like any other.
    let again = try graph.differentiated(
      "gradient.sum.x", withRespectTo: ["cotangent.sum"])
    let ones = try Tensor([1.0, 1, 1, 1], extents: [2, 2])
    let slope = try Self.outputs(
      again,
      [
        "cotangent.sum": Tensor(scalar: 1, .f64), "cotangent.squares": Tensor(scalar: 0, .f64),
        "cotangent.gradient.sum.x": ones,
      ])
    #expect(slope["gradient.cotangent.sum"]?.scalar == 16)
  }

  @Test("what cannot be asked for is refused")
  func refusals() throws {
    let graph = try Self.graph()
    func code(_ outputs: [String], _ mode: DifferentiationMode, _ options: DerivativeOptions)
      -> Diagnostic.Code?
    {
      let error = #expect(throws: Diagnostic.self) {
        try graph.differentiated(outputs, withRespectTo: ["x"], mode: mode, options: options)
      }
      return error?.code
    }
    #expect(code([], .reverse, []) == .invalidArgument)
    #expect(code(["sum", "sum"], .reverse, []) == .duplicateName)
    #expect(code(["sum"], .forward, .cotangents) == .invalidArgument)
    #expect(code(["summ"], .reverse, .zeros) == .unknownName)
  }
}
