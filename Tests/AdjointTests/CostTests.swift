import Adjoint
import AdjointAutodiff
import AdjointCore
import AdjointGraph
import AdjointPasses
import Foundation
import Testing

@Suite("Costs") struct CostTests {
  private func cost(_ build: (GraphBuilder) -> Value) throws -> GraphCost {
    let builder = GraphBuilder("cost")
    builder.output("y", build(builder))
    return try builder.build().cost()
  }

  @Test("are the products of contractions, and what happens at each point elsewhere")
  func counts() throws {
    let product = try cost { builder in
      matmul(builder.input("x", .f64, [5, 32, 100]), builder.input("w", .f64, [5, 100, 10]))
    }
    #expect(product.multiplyAdds == 5 * 32 * 100 * 10 && product.functionCount == 0)
    // x·w + b: two of each element; the exponential and the power apart; the sum one of each element.
    let elementwise = try cost { builder in
      let x = builder.input("x", .f32, [7, 11])
      return (exp(x * x + x) + pow(x, x)).sum()
    }
    #expect(elementwise.multiplyAdds == 4 * 77 && elementwise.functionCount == 2 * 77)
    // Views, copies and conversions are none.
    let moved = try cost { builder in
      let x = builder.input("x", .f32, [4, 6])
      return x.reshaped(to: [6, 4]).transposed().cast(to: .f64).broadcast(
        to: [2, 4, 6], axes: [1, 2])
    }
    #expect(moved.multiplyAdds == 0 && moved.functionCount == 0)
    #expect(moved.nodes.map(\.mnemonic).contains("transpose"))
  }

  @Test("of a network and its gradient, with named dimensions")
  func network() throws {
    let builder = GraphBuilder("network")
    let x = builder.input("x", .f64, ["B", 20])
    let w = builder.parameter("w", .f64, [20, 30]).named("w")
    let v = builder.parameter("v", .f64, [30, 3])
    let hidden = matmul(x, w).named("product")
    builder.output("loss", matmul(tanh(hidden), v).sum())
    let graph = try builder.build()
    let forward = try graph.cost(dimensions: ["B": 8])
    #expect(forward.multiplyAdds == 8 * 20 * 30 + 8 * 30 * 3 + 8 * 3)
    #expect(forward.functionCount == 8 * 30)
    #expect(forward.nodes.first { $0.node == "product" }?.multiplyAdds == 8 * 20 * 30)
    #expect(forward.nodes.allSatisfy { $0.role == nil })
    let both = try graph.differentiated("loss", withRespectTo: ["w", "v"]).cost(
      dimensions: ["B": 8])
    #expect(both.nodes.contains { $0.role == .adjoint })
    #expect(both.multiplyAdds > 2 * forward.multiplyAdds)
    let unbound = #expect(throws: Diagnostic.self) { try graph.cost() }
    #expect(unbound?.code == .unboundDimension)
    #expect(throws: Diagnostic.self) { try graph.cost(dimensions: ["B": -1]) }
  }

  /// A chain of linear maps with the given sizes, applied to `x`.
  private func chain(_ dimensions: [Int]) throws -> Graph {
    let builder = GraphBuilder("chain")
    var value = builder.input("x", .f64, [dimensions[0]])
    for (place, size) in dimensions.enumerated().dropFirst() {
      let matrix = builder.parameter("m\(place)", .f64, [size, dimensions[place - 1]])
      value = matmul(matrix, value).named("h\(place)")
    }
    builder.output("y", value)
    return try builder.build()
  }

  @Test("from wide to narrow choose reverse mode, from narrow to wide forward mode")
  func modes() throws {
    let narrowing = try chain([1000, 100, 10, 1]).jacobianCost(of: "y", withRespectTo: ["x"])
    #expect(narrowing.choice.strategy == .reverse && narrowing.choice.multiplyAdds == 101_000)
    #expect(narrowing.orders.first { $0.strategy == .forward }?.multiplyAdds == 1_010_000)
    #expect(narrowing.chain == [1000, 100, 10, 1] && narrowing.bracketing == "(J3·J2)·J1")
    #expect(narrowing.rowCount == 1 && narrowing.columnCount == 1000)
    #expect(narrowing.reason.contains("1 row, forward mode 1000 columns for 1010000"))
    let widening = try chain([1, 10, 100, 1000]).jacobianCost(of: "y", withRespectTo: ["x"])
    #expect(widening.choice.strategy == .forward && widening.choice.multiplyAdds == 101_000)
    #expect(widening.bracketing == "J3·(J2·J1)")
  }

  @Test("of 1000-1-1000-1-1000 multiply the middle pair first")
  func middle() throws {
    let cost = try chain([1000, 1, 1000, 1, 1000]).jacobianCost(of: "y", withRespectTo: ["x"])
    #expect(cost.choice.multiplyAdds == 1_002_000)
    #expect(cost.choice.nodes.first == "h2")
    #expect(cost.bracketing?.contains("(J3·J2)") == true)
    #expect(cost.reason.contains("what is around h2 is multiplied first"))
    for strategy in [EliminationStrategy.forward, .reverse] {
      #expect(cost.orders.first { $0.strategy == strategy }?.multiplyAdds == 3_000_000)
    }
  }

  @Test("of a million elements element by element are a few millions")
  func elementwise() throws {
    let builder = GraphBuilder("million")
    let x = builder.input("x", .f64, [1_000_000])
    builder.output("y", tanh(exp(x) * x).sum())
    let cost = try builder.build().jacobianCost(of: "y")
    // exp and x meet in the product: x → e, (x, e) → p, p → t, t → y.
    #expect(cost.choice.multiplyAdds == 3_000_000)
    #expect(cost.orders.allSatisfy { $0.multiplyAdds <= 4_000_000 })
    #expect(cost.chain == nil && cost.bracketing == nil)
  }

  @Test("no derivative, no name and no dimension are refused")
  func refusals() throws {
    let builder = GraphBuilder("blocked")
    let x = builder.input("x", .f64, ["B"])
    let z = builder.input("z", .f64, [])
    builder.output("y", floor(x))
    builder.output("w", z * 2)
    let graph = try builder.build()
    for (output, sources, code) in [
      ("y", ["x"], Diagnostic.Code.notDifferentiable), ("y", nil, .notDifferentiable),
      ("w", ["x"], .notDifferentiable), ("v", ["x"], .unknownName), ("w", ["q"], .unknownName),
      ("w", [], .notDifferentiable),
    ] as [(String, [String]?, Diagnostic.Code)] {
      let error = #expect(throws: Diagnostic.self) {
        try graph.jacobianCost(of: output, withRespectTo: sources, dimensions: ["B": 2])
      }
      #expect(error?.code == code)
    }
    let unbound = #expect(throws: Diagnostic.self) { try graph.jacobianCost(of: "w") }
    #expect(unbound?.code == .unboundDimension)
  }

  @Test("of products are what the bracketing of a chain predicts", arguments: 0..<6)
  func products(_ seed: Int) throws {
    let random = CounterBasedRandom(seed: UInt64(seed), stream: "products")
    let dimensions = (0..<7).map { 1 + Int(random.bits(at: UInt64($0)).0 % 12) }
    let chain = try JacobianChain(dimensions: dimensions)
    for choice in [chain.best, chain.forward, chain.reverse] {
      let builder = GraphBuilder("products")
      func value(_ bracketing: JacobianChain.Bracketing) -> Value {
        switch bracketing {
        case .factor(let number):
          builder.input("j\(number)", .f64, [dimensions[number], dimensions[number - 1]])
        case .product(let later, let earlier): matmul(value(later), value(earlier))
        }
      }
      builder.output("jacobian", value(choice.bracketing))
      #expect(try builder.build().cost().multiplyAdds == choice.multiplyAdds)
    }
  }

  @Test("of functions and composites are those of what they stand for")
  func composites() throws {
    let builder = GraphBuilder("composites")
    let x = builder.input("x", .f64, [3, 4])
    let function = try Function("twice", [x.type]) { silu($0[0] * $0[0]) }
    builder.output("y", function(x).sum())
    let graph = try builder.build()
    let expanded = try Pass.compositeExpansion(graph)
    #expect(expanded.nodeCount > graph.nodeCount)
    let (cost, wanted) = try (graph.cost(), expanded.cost())
    #expect(cost.multiplyAdds == wanted.multiplyAdds && cost.functionCount == wanted.functionCount)
    #expect(cost.functionCount == 12)
    let jacobian = try graph.jacobianCost(of: "y")
    #expect(try jacobian == expanded.jacobianCost(of: "y"))
    // Diagonals, and a row: each costs 12.
    #expect(jacobian.choice.multiplyAdds <= 6 * 12)
  }

  @Test("of many nodes and many parameters take forward and reverse mode alone")
  func large() throws {
    let builder = GraphBuilder("large")
    let x = builder.input("x", .f64, [2])
    var value = x
    for number in 0..<200 {
      let w = builder.parameter("w\(number)", .f64, [2])
      for _ in 0..<10 { value = sin(value * w) }
    }
    builder.output("y", value.sum())
    let cost = try builder.build().jacobianCost(of: "y")
    #expect(cost.orders.map(\.strategy) == [.reverse, .forward])
    #expect(cost.rowCount == 1 && cost.columnCount == 402)
    // The row of two numbers, times the two diagonals that each sine and each product have on the way back, and the
    // one of the parameter.
    #expect(cost.choice.multiplyAdds <= 3 * 2 * 2000 * 2)
    // Forward mode carries the columns of all parameters so far.
    #expect((cost.orders.last?.multiplyAdds ?? 0) > 20 * cost.choice.multiplyAdds)
  }

  /// Functions of one value whose Jacobian has no zero by chance.
  private static let operators:
    [(name: String, extents: [Int], build: @Sendable (Value) -> Value)] =
      [
        ("multiply", [3, 4], { $0 * $0 }), ("sigmoid", [5], { sigmoid($0) }),
        ("sum", [3, 4], { $0.sum(squeezingAxes: 1) }),
        ("broadcast", [3], { $0.broadcast(to: [4, 3], axes: [1]) }),
        ("transpose", [3, 4], { $0.transposed() }), ("reshape", [3, 4], { $0.reshaped(to: [12]) }),
        ("slice", [7], { $0[1..<4] }), ("concatenate", [3], { concatenate([$0, $0], axis: 0) }),
        (
          "matmul", [3, 4],
          { x in matmul(x, x.builder.iota(.f64, [4, 2], axis: 0) + 1) }
        ),
        ("product", [4], { $0.product() }),
      ]

  @Test("count as many nonzeros as the Jacobian of an operator has", arguments: operators.indices)
  func nonzeros(_ number: Int) throws {
    let (name, extents, build) = Self.operators[number]
    let builder = GraphBuilder("one")
    let x = builder.input("x", .f64, Shape(extents: extents))
    builder.output("y", build(x))
    let graph = try builder.build()
    let count = extents.reduce(1, *)
    let point = try Tensor((0..<count).map { 0.5 + 0.25 * Double($0) }, extents: extents)
    let forward = try graph.differentiated("y", withRespectTo: ["x"], mode: .forward).compiled()
    var found = 0
    for place in 0..<count {
      var direction = Array(repeating: 0.0, count: count)
      direction[place] = 1
      let column = try forward(["x": point, "tangent.x": Tensor(direction, extents: extents)])
      found += try #require(column["tangent.y"]).doubles.count { $0 != 0 }
    }
    var local = LocalJacobians()
    let source = try graph.value(ofSource: "x")
    let target = try graph.output(named: "y").value
    let (linearised, _) = try #require(try local.linearised(graph, from: [source], to: [target]))
    let counted = linearised.accumulated.reduce(0) { $0 + $1.nonzeros }
    #expect(counted == Double(found), "\(name)")
  }
}
