import AdjointAutodiff
import AdjointCore
import AdjointGraph
import AdjointOperators
import TestSupport
import Testing

/// Reports made for many outputs and sources at a time say what following each path by itself says.
@Suite struct DependenceSweepTests {
  /// Follows the paths between one output and one source, node by node.
  private func pair(
    _ graph: Graph, _ output: String, _ source: String
  ) throws -> (dependence: DifferentiabilityReport.Pair.Dependence, blockers: [Int]) {
    let target = try graph.value(named: output)
    let origin = try graph.value(ofSource: source)
    var useful: Set<Int> = []
    var waiting = [target.node]
    while let node = waiting.popLast() {
      guard useful.insert(node).inserted else { continue }
      waiting += graph.nodes[node].operands.map(\.node)
    }
    var (varied, reached): (Set<Int>, Set<Int>) = ([], [origin.node])
    if graph.type(of: origin).scalarType.isDifferentiable { varied = [origin.node] }
    var blockers: [Int] = []
    for (index, node) in graph.nodes.enumerated() {
      if node.operands.contains(where: { reached.contains($0.node) }) { reached.insert(index) }
      guard node.operands.contains(where: { varied.contains($0.node) }), index != origin.node,
        let operation = node.operation
      else { continue }
      switch operation.derivative {
      case .zero, .stopped: if useful.contains(index) { blockers.append(index) }
      default:
        if node.resultTypes.contains(where: { $0.scalarType.isDifferentiable }) {
          varied.insert(index)
        }
      }
    }
    let isDifferentiable =
      varied.contains(target.node) && graph.type(of: target).scalarType.isDifferentiable
    return (
      isDifferentiable ? .differentiable : reached.contains(target.node) ? .blocked : .none,
      blockers
    )
  }

  /// A graph of many sources, steps, whole numbers and outputs, wired at random.
  private func graph(seed: UInt64, sources: Int, nodes: Int, outputs: Int) throws -> Graph {
    let random = CounterBasedRandom(seed: seed, stream: "dependence")
    var counter: UInt64 = 0
    func pick(_ count: Int) -> Int {
      counter += 1
      return Int(random.bits(at: counter).0 % UInt64(count))
    }
    let builder = GraphBuilder("random")
    var values: [Value] = []
    for number in 0..<sources {
      values.append(
        number % 7 == 3
          ? builder.parameter("s\(number)", .i32, [2])
          : builder.input("s\(number)", .f64, [2]))
    }
    for number in 0..<nodes {
      let (a, b) = (values[pick(values.count)], values[max(values.count - 1 - pick(9), 0)])
      let next: Value
      switch (pick(6), a.scalarType == b.scalarType, a.scalarType) {
      case (0, _, .f64): next = floor(a)
      case (1, _, .f64): next = stopGradient(a)
      case (2, _, .f64): next = a.cast(to: .i32)
      case (3, _, .i32): next = a.cast(to: .f64)
      case (_, true, _): next = a + b
      default: next = a * 2
      }
      values.append(number % 5 == 0 ? next.named("n\(number)") : next)
    }
    for number in 0..<outputs { builder.output("o\(number)", values[pick(values.count)]) }
    return try builder.build()
  }

  @Test(arguments: [(3, 20, 5), (70, 90, 4), (5, 60, 67), (66, 150, 65)])
  func everyPair(_ sources: Int, _ nodes: Int, _ outputs: Int) throws {
    for seed in 0..<2 as Range<UInt64> {
      let graph = try graph(seed: seed, sources: sources, nodes: nodes, outputs: outputs)
      let report = try graph.differentiability()
      #expect(report.pairs.count == sources * outputs)
      var differentiable: [String: [String]] = [:]
      for listed in report.pairs {
        let (dependence, blockers) = try pair(graph, listed.output, listed.source)
        #expect(listed.dependence == dependence, "\(listed.output) \(listed.source)")
        let nodes = listed.obstacles.filter { $0.hasPrefix("%") }
          .map { String($0.prefix { $0 != " " }) }
        #expect(nodes == blockers.map { "%\(graph.label(of: $0))" })
        if dependence == .differentiable {
          differentiable[listed.output, default: []].append(listed.source)
        }
      }
      for output in graph.outputs {
        let sources = try graph.differentiableSources(of: output.name)
        #expect(sources == differentiable[output.name, default: []])
      }
      let counts = graph.differentiabilityCounts()
      #expect(counts.pairs == sources * outputs)
      #expect(counts.differentiable == differentiable.values.reduce(0) { $0 + $1.count })
    }
  }

  @Test func aValueInBetweenCanBeTheSource() throws {
    let graph = try graph(seed: 9, sources: 4, nodes: 60, outputs: 8)
    let names = graph.nodes.compactMap(\.name).filter { $0.hasPrefix("n") }
    for listed in try graph.differentiability(withRespectTo: names).pairs {
      #expect(listed.dependence == (try pair(graph, listed.output, listed.source).dependence))
    }
  }

  @Test func obstaclesAndPairsAreBounded() throws {
    let builder = GraphBuilder("many")
    let x = builder.input("x", .f64, [])
    var sum = floor(x)
    for _ in 0..<60 { sum = sum + floor(x) }
    builder.output("y", sum)
    let pair = try #require(builder.build().differentiability().pairs.first)
    #expect(pair.obstacles.count == DifferentiabilityReport.maximumObstacleCount + 1)
    #expect(pair.obstacles.last == "and others")
    let names = Array(repeating: "x", count: DifferentiabilityReport.maximumPairCount + 1)
    let error = #expect(throws: Diagnostic.self) {
      try builder.build().differentiability(of: ["y"], withRespectTo: names)
    }
    #expect(error?.code == .memoryLimit)
  }
}
