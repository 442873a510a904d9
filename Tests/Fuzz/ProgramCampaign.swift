import Adjoint
import AdjointKernels
import AdjointLowering
import AdjointPasses
import TestSupport

/// Random programs, half of them with functions and batches, and their derivatives in both modes and twice.
///
/// They are interpreted as they are written and after the passes, and now and then compiled on both back ends, on
/// one to three threads. Of some with functions, derivative products are compared with each other.
struct ProgramCampaign: Campaign {
  static let name = "programs"
  /// One program in so many is compiled.
  private static let compiledShare = 16
  /// Of one program in so many products are compared, which takes longer than all else that is done with it.
  private static let productShare = 4

  init() throws {}

  func input(seed: UInt64) throws -> (bytes: [UInt8], suffix: String) {
    (Array(try differentiated(Self.program(seed)).description.utf8), "graph")
  }

  /// A random graph, with functions where the seed is odd.
  static func program(_ seed: UInt64) throws -> Graph {
    let count = 4 + Int(seed / 2 % 28)
    return seed.isMultiple(of: 2)
      ? try RandomGraph.make(nodeCount: count, seed: seed)
      : try RandomGraph.makeWithFunctions(nodeCount: count, seed: seed)
  }

  mutating func run(seed: UInt64, counts: inout Counts) throws {
    let written = try Self.program(seed)
    let graph = try differentiated(written)
    let simplified = try Pipeline.compilation(graph)
    let sources = try graph.randomSources(seed: seed)
    let primal = try GraphInterpreter.evaluate(written, sources).outputs
    let expected = try GraphInterpreter.evaluate(graph, sources).outputs
    try compare(expected, primal, "the derivative changed")
    try compare(
      GraphInterpreter.evaluate(simplified, sources).outputs, expected, "the passes changed")
    try checkModes(expected, sources)
    try checkPlan(of: seed)
    // Drawn, since the size of a program follows from the seed itself.
    var random = SeededGenerator(seed: seed)
    if Int.random(in: 0..<Self.productShare, using: &random) == 0 {
      try checkProducts(of: written, seed, &counts)
    }
    counts["interpreted"] += 1
    guard Int.random(in: 0..<Self.compiledShare, using: &random) == 0 else { return }
    for backend in Backend.allCases {
      var first: [String: Tensor] = [:]
      for threads in 1...3 {
        let options = CompilationOptions(
          threads: threads, maximumArenaByteCount: 128 << 20, backend: backend)
        let context = try graph.compiled(options).makeContext()
        for (name, tensor) in sources { try context.set(name, to: tensor) }
        try context.run()
        var outputs: [String: Tensor] = [:]
        for port in graph.outputs { outputs[port.name] = try context.output(port.name) }
        if threads == 1 {
          try compare(outputs, expected, "\(backend) code gives another")
          first = outputs
        } else if outputs != first {
          throw Finding("\(threads) threads give other bits than one on the \(backend) back end")
        }
      }
    }
    counts["compiled"] += 1
  }

  /// The graph with its gradient, its tangent, and the gradient's derivative along the tangents.
  private func differentiated(_ graph: Graph) throws -> Graph {
    let sources = try active(graph, "y")
    guard !sources.isEmpty else { return graph }
    var result = try graph.differentiated("y", withRespectTo: sources, mode: .reverse)
    result = try result.differentiated("y", withRespectTo: sources, mode: .forward)
    for source in sources {
      let gradient = "gradient.\(source)"
      let again = try active(result, gradient)
      guard !again.isEmpty else { continue }
      return try result.differentiated(gradient, withRespectTo: again, mode: .forward)
        .differentiated(gradient, withRespectTo: again, mode: .reverse)
    }
    return result
  }

  private func active(_ graph: Graph, _ output: String) throws -> [String] {
    let names = Set((graph.inputs + graph.parameters).map(\.name).filter { !$0.contains(".") })
    return try graph.differentiability(of: [output], withRespectTo: names.sorted()).pairs
      .filter { $0.dependence == .differentiable }.map(\.source)
  }

  /// ⟨gradient, t⟩ = J·t.
  ///
  /// What is summed up to them is about 1, so that of much smaller numbers only rounding may be left.
  private func checkModes(_ outputs: [String: Tensor], _ sources: [String: Tensor]) throws {
    guard let tangent = outputs["tangent.y"]?.doubles.first else { return }
    var (product, magnitude) = (0.0, tangent.magnitude)
    for (name, tensor) in outputs where name.hasPrefix("gradient.") {
      let source = name.dropFirst("gradient.".count)
      guard !source.contains("."), let direction = sources["tangent.\(source)"] else { continue }
      product += tensor.dot(direction)
      magnitude += zip(tensor.doubles, direction.doubles).reduce(0) { $0 + ($1.0 * $1.1).magnitude }
    }
    let differs = (product - tangent).magnitude > 1e-9 * max(magnitude, 1e-4)
    guard product == tangent || (product.isNaN && tangent.isNaN) || (magnitude.isFinite && !differs)
    else {
      throw Finding("the modes differ: \(product) in reverse, \(tangent) in forward")
    }
  }

  /// The products of a graph that calls functions agree with each other and with differences.
  private func checkProducts(of graph: Graph, _ seed: UInt64, _ counts: inout Counts) throws {
    guard !graph.functions.isEmpty else { return }
    let products = ProductCheck.Product.chosen(for: seed)
    guard let check = try ProductCheck(of: graph, comparing: products, seed: seed) else { return }
    counts["products"] += products.count
    if let first = check.disagreements.first { throw Finding(first) }
  }

  /// A plan of a graph of kernels computes the bits that the graph does.
  private func checkPlan(of seed: UInt64) throws {
    let graph = try RandomKernelGraph.graph(seed: seed, nodeCount: 4 + Int(seed % 20))
    let sources = try graph.randomSources(seed: seed)
    let expected = try GraphInterpreter.evaluate(graph, sources)
    var interpreter = try PlanInterpreter(
      graph.lowered(),
      parameters: sources.filter { name, _ in graph.parameters.contains { $0.name == name } })
    let outputs = try interpreter.run(
      sources.filter { name, _ in graph.inputs.contains { $0.name == name } })
    guard outputs == expected.outputs else {
      throw Finding("a plan gives other bits than its graph")
    }
  }

  private func compare(
    _ found: [String: Tensor], _ expected: [String: Tensor], _ what: String
  ) throws {
    for (name, tensor) in expected {
      guard let other = found[name], other.type == tensor.type else {
        throw Finding("\(what) the type of \(name)")
      }
      for (a, b) in zip(other.doubles, tensor.doubles)
      where !(DerivativeCheck.disagreement(a, b) < 1e-8) {
        throw Finding("\(what) \(name): \(a), not \(b)")
      }
    }
  }
}
