import AdjointAutodiff
import AdjointCore
import Testing

@Suite("Orders of elimination") struct EliminationTests {
  /// A random DAG of scalars or of values of several sizes, with dense Jacobians.
  private func graph(
    seed: UInt64, sources: Int, intermediates: Int, targets: Int, sizes: [Int]
  ) -> (graph: LinearisedGraph, edges: [[Int]], sizes: [Int]) {
    let random = CounterBasedRandom(seed: seed, stream: "elimination")
    var counter: UInt64 = 0
    func pick(_ count: Int) -> Int {
      counter += 1
      return Int(random.bits(at: counter).0 % UInt64(count))
    }
    var graph = LinearisedGraph()
    var (edges, extents): ([[Int]], [Int]) = ([], [])
    for number in 0..<(sources + intermediates + targets) {
      let size = sizes[pick(sizes.count)]
      extents.append(size)
      let value = graph.addValue(size: size)
      var origins: Set<Int> = []
      if number >= sources {
        let known = min(number, sources + intermediates)
        for _ in 0...(pick(3)) { origins.insert(pick(known)) }
      }
      edges.append(origins.sorted())
      for origin in origins {
        graph.addEdge(
          from: origin, to: value,
          LinearisedGraph.Jacobian(nonzeros: Double(size * extents[origin])))
      }
      if number < sources { graph.addSource(value) }
      if number >= sources + intermediates { graph.addTarget(value) }
    }
    return (graph, edges, extents)
  }

  /// The cost by the definition: a dense matrix for each edge, counted product by product.
  private func cost(_ order: [Int], _ edges: [[Int]], _ sizes: [Int]) -> Int {
    var edges = edges.map(Set.init)
    var cost = 0
    for value in order {
      for result in edges.indices where edges[result].contains(value) {
        for origin in edges[value] {
          cost += sizes[result] * sizes[value] * sizes[origin]
          edges[result].insert(origin)
        }
        edges[result].remove(value)
      }
      edges[value] = []
    }
    return cost
  }

  private func permutations(_ values: [Int]) -> [[Int]] {
    guard let first = values.first else { return [[]] }
    return permutations(Array(values.dropFirst())).flatMap { rest in
      (0...rest.count).map { Array(rest[..<$0]) + [first] + Array(rest[$0...]) }
    }
  }

  @Test(
    "no strategy is below the best of all orders, and the improved one nearly always meets it",
    arguments: [[1], [1, 3, 20, 400]])
  func bruteForce(_ sizes: [Int]) {
    var (met, count) = (0, 0)
    for seed in 0..<40 as Range<UInt64> {
      let intermediates = seed < 34 ? 2 + Int(seed % 5) : 7
      let (graph, edges, extents) = graph(
        seed: seed, sources: 1 + Int(seed % 3), intermediates: intermediates,
        targets: 1 + Int(seed % 2), sizes: sizes)
      let all = permutations(graph.intermediates).map { Double(cost($0, edges, extents)) }
      let least = all.min() ?? 0
      let orders = graph.orders()
      #expect(Set(orders.map(\.strategy)) == Set(EliminationStrategy.allCases))
      for order in orders {
        #expect(Set(order.values) == Set(graph.intermediates))
        #expect(order.multiplyAdds == Double(cost(order.values, edges, extents)), "\(order)")
        #expect(order.multiplyAdds >= least)
      }
      let improved = orders.first { $0.strategy == .improved }
      #expect(orders.allSatisfy { ($0.multiplyAdds) >= (improved?.multiplyAdds ?? 0) })
      count += 1
      if improved?.multiplyAdds == least { met += 1 }
    }
    #expect(met >= count - 1, "\(met) of \(count)")
  }

  @Test("the order of a chain is its best bracketing")
  func chains() throws {
    let random = CounterBasedRandom(seed: 2, stream: "chains")
    for trial in 0..<20 {
      let dimensions = (0..<9).map { 1 + Int(random.bits(at: UInt64(trial * 9 + $0)).0 % 300) }
      var graph = LinearisedGraph()
      for (place, size) in dimensions.enumerated() {
        let value = graph.addValue(size: size)
        guard place > 0 else { continue }
        graph.addEdge(
          from: value - 1, to: value,
          LinearisedGraph.Jacobian(nonzeros: Double(size * dimensions[place - 1])))
      }
      graph.addSource(0)
      graph.addTarget(8)
      let chain = try JacobianChain(dimensions: dimensions)
      #expect(graph.chain() == Array(0..<9))
      let orders = graph.orders()
      #expect(orders[0].multiplyAdds == Double(chain.best.multiplyAdds))
      for (strategy, choice) in [
        (EliminationStrategy.forward, chain.forward), (.reverse, chain.reverse),
      ] {
        let order = orders.first { $0.strategy == strategy }
        #expect(order?.multiplyAdds == Double(choice.multiplyAdds))
      }
    }
  }

  @Test("element-wise Jacobians cost what there is on their diagonals")
  func diagonal() {
    // x, n elements, → e → e → sum → y: diagonal, diagonal, a row.
    let n = 1000
    var graph = LinearisedGraph()
    let values = [n, n, n, 1].map { graph.addValue(size: $0) }
    let diagonal = LinearisedGraph.Jacobian(nonzeros: Double(n), structure: .diagonal)
    graph.addEdge(from: values[0], to: values[1], diagonal)
    graph.addEdge(from: values[1], to: values[2], diagonal)
    graph.addEdge(from: values[2], to: values[3], LinearisedGraph.Jacobian(nonzeros: Double(n)))
    graph.addSource(values[0])
    graph.addTarget(values[3])
    #expect(graph.orders().allSatisfy { $0.multiplyAdds == Double(2 * n) })
    // A view costs nothing.
    var viewed = LinearisedGraph()
    let places = [n, n, 1].map { viewed.addValue(size: $0) }
    viewed.addEdge(
      from: places[0], to: places[1],
      LinearisedGraph.Jacobian(nonzeros: Double(n), structure: .identity))
    viewed.addEdge(
      from: places[1], to: places[2], LinearisedGraph.Jacobian(nonzeros: Double(n)))
    viewed.addSource(places[0])
    viewed.addTarget(places[2])
    #expect(viewed.orders().allSatisfy { $0.multiplyAdds == 0 })
    #expect(viewed.accumulated == [LinearisedGraph.Jacobian(nonzeros: Double(n))])
    // Two paths of diagonals together are one diagonal.
    graph.addEdge(from: values[0], to: values[1], diagonal)
    #expect(graph.orders()[0].multiplyAdds == Double(2 * n))
  }

  @Test("large graphs are costed in both modes alone, and nothing to eliminate costs nothing")
  func limits() {
    var graph = LinearisedGraph()
    var value = graph.addValue(size: 2)
    graph.addSource(value)
    for _ in 0..<20_000 {
      let next = graph.addValue(size: 2)
      graph.addEdge(from: value, to: next, LinearisedGraph.Jacobian(nonzeros: 4))
      value = next
    }
    graph.addTarget(value)
    let orders = graph.orders()
    #expect(Set(orders.map(\.strategy)) == [.forward, .reverse])
    #expect(orders.allSatisfy { $0.multiplyAdds == Double(19_999 * 8) })
    #expect(orders[0].strategy == .forward)
    var empty = LinearisedGraph()
    empty.addSource(empty.addValue(size: 0))
    #expect(empty.orders().allSatisfy { $0.multiplyAdds == 0 })
  }
}
