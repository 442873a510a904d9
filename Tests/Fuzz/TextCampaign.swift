import Adjoint
import AdjointLowering
import AdjointPasses
import Foundation
import TestSupport

/// Damaged graph files through everything that a graph goes through: parsed, printed, simplified,
/// differentiated in both modes and twice, written for batches, lowered and, where it is small, interpreted and
/// compiled.
struct TextCampaign: Campaign {
  static let name = "text"

  let samples: [[UInt8]]
  private let words: [[UInt8]]

  init() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Graphs")
    var samples: [[UInt8]] = []
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    where name.hasSuffix(".graph") {
      samples.append([UInt8](try Data(contentsOf: folder.appendingPathComponent(name))))
    }
    for seed in 0..<60 as Range<UInt64> {
      let graph =
        switch seed % 3 {
        case 0: try RandomKernelGraph.graph(seed: seed, nodeCount: 6)
        case 1: try RandomGraph.make(nodeCount: 8, seed: seed)
        default: try RandomGraph.makeWithFunctions(nodeCount: 8, seed: seed)
        }
      samples.append(Array(graph.description.utf8))
    }
    self.samples = samples
    words =
      OperatorRegistry.standard.mnemonics.map { Array($0.utf8) }
      + [
        "f32", "f64", "i32", "i64", "u8", "bool", "B", "n", "output", "update", "input", "x0", "y",
        "function", "graph", "vjp", "jvp", "f1_0", "f1_1", "f2_0", "f3_0", "result0",
      ].map { Array($0.utf8) }
  }

  func input(seed: UInt64) throws -> (bytes: [UInt8], suffix: String) {
    var mutation = Mutation(seed: seed)
    let sample = samples[mutation.pick(samples.count)]
    return (mutation.damaged(sample, words: words), "graph")
  }

  mutating func run(seed: UInt64, counts: inout Counts) throws {
    try run(bytes: input(seed: seed).bytes, seed: seed, counts: &counts)
  }

  /// Tries the bytes of a graph file; the seed gives its inputs their values.
  func run(bytes: [UInt8], seed: UInt64, counts: inout Counts) throws {
    counts["inputs"] += 1
    guard let text = String(bytes: bytes, encoding: .utf8) else { return }
    var parsed: Graph?
    guard try isAccepted({ parsed = try Graph(text: text) }), let graph = parsed else { return }
    counts["accepted"] += 1
    try graph.verify()
    let printed = graph.description
    guard try Graph(text: printed).description == printed else {
      throw Finding("printing and reading are not inverse")
    }
    _ = try isAccepted { try use(graph, seed: seed, counts: &counts) }
  }

  private func use(_ graph: Graph, seed: UInt64, counts: inout Counts) throws {
    let bound = try graph.bindingAll(to: 2)
    _ = try Pipeline.compilation(bound).lowered()
    counts["lowered"] += 1
    guard let output = bound.outputs.first?.name else { return }
    let active = try bound.differentiability(of: [output]).pairs
      .filter { $0.dependence == .differentiable }.map(\.source)
    var derived = bound
    if let first = active.first {
      derived = try bound.differentiated(output, withRespectTo: active, mode: .reverse)
      if let gradient = derived.outputs.last?.name,
        try derived.differentiability(of: [gradient], withRespectTo: [first]).pairs
          .allSatisfy({ $0.dependence == .differentiable })
      {
        derived = try derived.differentiated(gradient, withRespectTo: [first], mode: .forward)
      }
      derived = try derived.differentiated(output, withRespectTo: active, mode: .forward)
      counts["differentiated"] += 1
    }
    if !active.isEmpty {
      let product = try product(of: bound, output, active, seed)
      try product.verify()
      counts["products"] += 1
      if try isSmall(product) {
        _ = try GraphInterpreter.evaluate(product, product.randomSources(seed: seed))
      }
    }
    guard try isSmall(derived) else { return }
    _ = try GraphInterpreter.evaluate(derived, derived.randomSources(seed: seed))
    counts["interpreted"] += 1
    guard seed % 64 == 0 else { return }
    var options = CompilationOptions(threads: 1, maximumArenaByteCount: 64 << 20)
    options.backend = seed % 128 == 0 ? .generated : .portable
    let context = try derived.compiled(options).makeContext()
    for (name, tensor) in try derived.randomSources(seed: seed) {
      try context.set(name, to: tensor)
    }
    try context.run()
    counts["compiled"] += 1
  }

  /// Whether it can be interpreted in a second: types have a ceiling that is far above that.
  private func isSmall(_ graph: Graph) throws -> Bool {
    var elements = 0
    for node in try Pass.compositeExpansion(graph).nodes {
      for type in node.resultTypes {
        elements = elements.addingReportingOverflow(type.shape.elementCount ?? 0).partialValue
        guard elements >= 0, elements < 20_000 else { return false }
      }
    }
    return true
  }

  /// The graph for a batch, or with one of the derivative products of an output.
  private func product(
    of graph: Graph, _ output: String, _ sources: [String], _ seed: UInt64
  ) throws -> Graph {
    switch seed % 8 {
    case 0: try graph.vectorized(over: graph.inputs.map(\.name), extent: 2)
    case 1: try graph.jacobian(of: output, withRespectTo: sources, by: .rows)
    case 2: try graph.jacobian(of: output, withRespectTo: sources, by: .bracketed)
    case 3: try graph.hessian(of: output, withRespectTo: sources)
    case 4: try graph.hessianDiagonal(of: output, withRespectTo: sources)
    case 5: try graph.vectorHessianVectorProduct(of: output, withRespectTo: sources)
    case 6: try graph.gaussNewtonProduct(of: output, withRespectTo: sources)
    default: try graph.linearized(of: output, withRespectTo: sources, directions: 2)
    }
  }
}
