import Adjoint
import AdjointLowering
import Foundation
import TestSupport

/// Damaged graph files through everything that a graph goes through: parsed, printed, simplified,
/// differentiated in both modes and twice, lowered and, where it is small, interpreted and compiled.
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
    for seed in 0..<40 as Range<UInt64> {
      let graph =
        try seed % 2 == 0
        ? RandomKernelGraph.graph(seed: seed, nodeCount: 6)
        : RandomGraph.make(nodeCount: 8, seed: seed)
      samples.append(Array(graph.description.utf8))
    }
    self.samples = samples
    words =
      OperatorRegistry.standard.mnemonics.map { Array($0.utf8) }
      + ["f32", "f64", "i32", "i64", "u8", "bool", "B", "output", "update", "input", "x0", "y"].map
    { Array($0.utf8) }
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
    // Types have a ceiling, and it is far above what can be interpreted in a second.
    var elements = 0
    for node in derived.nodes {
      for type in node.resultTypes {
        elements = elements.addingReportingOverflow(type.shape.elementCount ?? 0).partialValue
        guard elements >= 0, elements < 20_000 else { return }
      }
    }
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
}
