import Adjoint
import AdjointCore
import AdjointGraph

/// Runs a graph over examples, some at a time, with contexts that stay for the next call.
final class ForwardRunner {
  let graph: Graph
  private let batchDimension: String
  private let threads: Int?
  private let engine: Engine
  private var contexts: [Int: ExecutionContext] = [:]

  /// The most examples that run at once.
  private static let batchSize = 512
  /// The most contexts that are kept: one for a whole batch, and some for the rests of sets of data.
  private static let keptContexts = 4

  init(_ graph: Graph, _ interface: TrainingInterface, threads: Int?, on engine: Engine) {
    self.graph = graph
    self.batchDimension = interface.batchDimension
    self.threads = threads
    self.engine = engine
  }

  /// Runs all examples.
  ///
  /// - Parameters:
  ///   - inputs: The rows for each input; those that the graph does not have are left out.
  ///   - read: Takes the outputs of some examples, and how many they are.
  func run(
    _ count: Int, _ inputs: [(name: String, rows: Tensor)], weights: [String: Tensor],
    read: (ExecutionContext, Int) throws(Diagnostic) -> Void
  ) throws(Diagnostic) {
    let names = Set(graph.inputs.map(\.name))
    let needed = inputs.filter { names.contains($0.name) }
    var ready: Set<Int> = []
    for first in stride(from: 0, to: count, by: Self.batchSize) {
      let size = min(Self.batchSize, count - first)
      let context = try context(for: size)
      if ready.insert(size).inserted { try context.setParameters(weights) }
      let places = Array(first..<first + size)
      for input in needed { try context.set(input.name, to: input.rows.rows(at: places)) }
      try context.run()
      try read(context, size)
    }
  }

  /// The context for a number of examples, made when first needed.
  private func context(for count: Int) throws(Diagnostic) -> ExecutionContext {
    if let context = contexts[count] { return context }
    if contexts.count >= Self.keptContexts {
      contexts = contexts.filter { $0.key == Self.batchSize }
    }
    let context = try graph.compiled(
      CompilationOptions(dimensions: [batchDimension: count], threads: threads), on: engine
    ).makeContext()
    contexts[count] = context
    return context
  }
}
